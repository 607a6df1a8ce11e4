#include "money/decimal.hpp"

#include <algorithm>

namespace kontor::money {
namespace {

bool isDigit(char character) { return character >= '0' && character <= '9'; }

bool allDigits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), isDigit); }

// Appends the digits to `amount`; false once it is beyond the bound, so that it never wraps.
bool append(std::string_view digits, int64_t& amount) {
  for (const char digit : digits) {
    amount = amount * 10 + (digit - '0');
    if (amount > kAmountMax) return false;
  }
  return true;
}

ParsedDecimal failed(DecimalError error) { return {0, error}; }

}  // namespace

ParsedDecimal parseDecimal(std::string_view text, Currency currency) noexcept {
  if (text.empty()) return failed(DecimalError::kEmpty);
  const bool negative = text.front() == '-';
  const std::string_view unsigned_text = text.substr(negative ? 1 : 0);
  const size_t point = unsigned_text.find('.');
  const std::string_view whole = unsigned_text.substr(0, point);
  if (!allDigits(whole)) return failed(DecimalError::kNotANumber);
  std::string_view decimals;
  if (point != std::string_view::npos) {
    decimals = unsigned_text.substr(point + 1);
    if (!allDigits(decimals)) return failed(DecimalError::kNotANumber);
  }
  if (negative) return failed(DecimalError::kNegative);
  const size_t exponent = static_cast<size_t>(currency.exponent());
  if (decimals.size() > exponent) return failed(DecimalError::kTooManyDecimals);
  constexpr std::string_view kZeros = "0000";
  int64_t amount = 0;
  if (!append(whole, amount) || !append(decimals, amount) ||
      !append(kZeros.substr(0, exponent - decimals.size()), amount)) {
    return failed(DecimalError::kTooLarge);
  }
  return {amount, DecimalError::kNone};
}

std::string problemOf(DecimalError error, Currency currency) {
  const std::string code(currency.code());
  switch (error) {
    case DecimalError::kEmpty:
      return "is empty";
    case DecimalError::kNegative:
      return "is a negative amount";
    case DecimalError::kTooManyDecimals:
      if (currency.exponent() == 0) return "has decimals, but " + code + " has none";
      return "has more than the " + std::to_string(currency.exponent()) + " decimals of " + code;
    case DecimalError::kTooLarge:
      return "is larger than any amount that can be kept";
    case DecimalError::kNotANumber:
      return "is not an amount";
    case DecimalError::kNone:
      break;
  }
  return "is an amount";
}

std::string expectedDecimal(Currency currency) {
  if (currency.exponent() == 0) return "a whole number like 1299";
  return "a number like " + formatDecimal(Money(12 * currency.minorUnits() + currency.minorUnits() - 1, currency));
}

std::string formatDecimal(const Money& money) {
  const size_t exponent = static_cast<size_t>(money.currency.exponent());
  std::string digits = std::to_string(money.amount < 0 ? -money.amount : money.amount);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  if (exponent > 0) digits.insert(digits.size() - exponent, 1, '.');
  if (money.amount < 0) digits.insert(0, 1, '-');
  return digits;
}

}  // namespace kontor::money
