#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "money/currency.hpp"

namespace kontor::money {

/// The largest amount either way, 2^53 - 1: every amount is exact as a JSON number in any reader.
inline constexpr int64_t kAmountMax = (int64_t{1} << 53) - 1;

/// A rate of one, in parts per million: 190'000 is 19 %.
inline constexpr int64_t kPpmOne = 1'000'000;

/// The largest rate that the functions below accept: ten times the amount.
inline constexpr int64_t kPpmMax = 10 * kPpmOne;

/// An amount of money: whole minor units (cents, yen, fils) of one currency.
///
/// All arithmetic is exact and checked: a result beyond `kAmountMax` throws std::overflow_error, two currencies in
/// one sum throw std::invalid_argument (a bug of the caller: compare `currency` first where input decides it).
struct Money {
  /// Throws std::overflow_error if `minor_units` is beyond ±`kAmountMax`.
  Money(int64_t minor_units, Currency of_currency);

  /// Nothing, in `currency`.
  static Money zero(Currency currency) { return Money(0, currency); }

  int64_t amount;
  Currency currency;

  Money& operator+=(const Money& other);
  Money& operator-=(const Money& other);

  friend Money operator+(Money left, const Money& right) { return left += right; }
  friend Money operator-(Money left, const Money& right) { return left -= right; }
  friend Money operator-(const Money& money) { return Money(-money.amount, money.currency); }
  /// A unit price times a quantity.
  friend Money operator*(const Money& money, int64_t quantity);

  /// Amounts of two currencies are unequal.
  friend bool operator==(const Money&, const Money&) noexcept = default;
  /// Throws std::invalid_argument for two currencies, which have no order.
  friend std::strong_ordering operator<=>(const Money& left, const Money& right);
};

/// `amount` × `ppm` / 1,000,000, rounded half up.
///
/// Half up means half away from zero: what a refund takes back is what the sale had added. `ppm` is 0 to `kPpmMax`,
/// else std::invalid_argument. Throws std::overflow_error as all arithmetic does.
Money portion(const Money& amount, int64_t ppm);

/// The tax that comes on top of `net` at the rate `ppm` (prices shown without tax). As `portion`.
Money taxOn(const Money& net, int64_t ppm);

/// The tax contained in `gross` at the rate `ppm` (prices shown with tax): gross × ppm / (1,000,000 + ppm), half up.
Money taxIncluded(const Money& gross, int64_t ppm);

/// Splits `total` in proportion to `weights` by largest remainder; the shares always add up to `total`.
///
/// Each share is its exact portion rounded down or up (towards or away from zero); what is left over goes unit by
/// unit to the largest remainders, the earlier share first among equals: the same input gives the same shares.
/// A weight of 0 gets 0, unless all are 0: then the weights count as equal. Throws std::invalid_argument for no
/// weights or a negative one.
std::vector<Money> split(const Money& total, std::span<const int64_t> weights);

}  // namespace kontor::money
