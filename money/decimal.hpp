#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "money/money.hpp"

namespace kontor::money {

/// Why a text is not an amount. `kNone`: it is one.
enum class DecimalError { kNone, kEmpty, kNotANumber, kNegative, kTooManyDecimals, kTooLarge };

/// What `parseDecimal` found: `amount` in minor units, meaningful only if `error` is `kNone`.
struct ParsedDecimal {
  int64_t amount = 0;
  DecimalError error = DecimalError::kNone;

  bool ok() const noexcept { return error == DecimalError::kNone; }
};

/// Reads an amount in major units as people and files write it: `12.34`, `12`, `0.5`.
///
/// Accepted are digits, then possibly a point and one digit or more; at most as many decimals as `currency` has,
/// were they zeros (`12.00` is no amount of JPY). No sign, blanks, thousands separators, exponent or decimal comma:
/// what could be read in two ways is refused, never guessed. Throws nothing.
ParsedDecimal parseDecimal(std::string_view text, Currency currency) noexcept;

/// Completes a sentence that begins with the text: `is not an amount`, `has decimals, but JPY has none`.
std::string problemOf(DecimalError error, Currency currency);

/// What would have been right, with an example in `currency`: `a number like 12.99`, `a whole number like 1299`.
std::string expectedDecimal(Currency currency);

/// Writes `money` in major units with exactly its currency's decimals: `12.30`, `1200` (JPY), `-0.05`, `1.250` (KWD).
///
/// `parseDecimal` reads it back to the same amount unless it is negative.
std::string formatDecimal(const Money& money);

}  // namespace kontor::money
