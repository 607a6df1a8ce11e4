#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kontor::money {

/// A currency of ISO 4217: three capital letters and the number of decimals of its minor unit.
///
/// A value of four bytes, cheap to copy. It can only hold a code of the table in currency.cpp, so whoever has
/// a `Currency` has a known exponent. Codes without a minor unit (gold, testing codes) are not in the table:
/// nothing can be priced in them.
class Currency {
 public:
  /// The currency of `code`, or nothing if the table does not hold it. Only capital letters match.
  static std::optional<Currency> find(std::string_view code) noexcept;

  /// As `find`, for codes that the program itself chose; throws std::invalid_argument, naming the code.
  static Currency of(std::string_view code);

  /// The three letters.
  std::string_view code() const noexcept { return {code_, 3}; }

  /// How many decimals an amount has: 0 for JPY, 2 for EUR, 3 for KWD, 4 for CLF.
  int exponent() const noexcept { return exponent_; }

  /// How many minor units make one major unit: 1, 100, 1000 or 10000.
  int64_t minorUnits() const noexcept;

  friend bool operator==(const Currency&, const Currency&) noexcept = default;
  /// Alphabetic, so that a currency can be a key.
  friend auto operator<=>(const Currency&, const Currency&) noexcept = default;

 private:
  Currency(std::string_view code, int exponent) noexcept;

  char code_[3];
  int8_t exponent_;
};

}  // namespace kontor::money
