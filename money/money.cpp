#include "money/money.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace kontor::money {
namespace {

// Products of an amount with a rate or a weight need up to 117 bits.
__extension__ using Wide = __int128;

int64_t bounded(Wide amount, const Currency& currency) {
  if (amount > kAmountMax || amount < -Wide{kAmountMax}) {
    throw std::overflow_error("an amount of " + std::string(currency.code()) + " is beyond 2^53 - 1 minor units");
  }
  return static_cast<int64_t>(amount);
}

void requireSame(const Currency& left, const Currency& right) {
  if (left == right) return;
  throw std::invalid_argument("amounts of two currencies in one sum: " + std::string(left.code()) + " and " +
                              std::string(right.code()) + "; convert one first");
}

void requireRate(int64_t ppm) {
  if (ppm >= 0 && ppm <= kPpmMax) return;
  throw std::invalid_argument("a rate of " + std::to_string(ppm) + " parts per million; expected 0 to " +
                              std::to_string(kPpmMax));
}

// Half away from zero; `divisor` is positive.
Wide dividedHalfUp(Wide dividend, Wide divisor) {
  const Wide magnitude = dividend < 0 ? -dividend : dividend;
  const Wide rounded = (magnitude + divisor / 2) / divisor;
  return dividend < 0 ? -rounded : rounded;
}

Wide sumOf(std::span<const int64_t> weights) {
  if (weights.empty()) throw std::invalid_argument("an amount cannot be split over no shares");
  Wide sum = 0;
  for (const int64_t weight : weights) {
    if (weight < 0) {
      throw std::invalid_argument("a share has the weight " + std::to_string(weight) + "; expected 0 or more");
    }
    sum += weight;
  }
  return sum;
}

// The shares of a total that is not negative, rounded down, with what is left over still to be given.
struct Floors {
  std::vector<int64_t> shares;
  std::vector<Wide> remainders;
  int64_t left_over;
};

Floors roundedDown(int64_t total, std::span<const int64_t> weights, Wide sum) {
  Floors floors{{}, {}, total};
  floors.shares.reserve(weights.size());
  floors.remainders.reserve(weights.size());
  for (const int64_t weight : weights) {
    const Wide exact = Wide{total} * weight;
    floors.shares.push_back(static_cast<int64_t>(exact / sum));
    floors.remainders.push_back(exact % sum);
    floors.left_over -= floors.shares.back();
  }
  return floors;
}

// The left-over is the sum of the remainders, hence smaller than the number of shares with one.
void giveLeftOver(Floors& floors) {
  std::vector<size_t> order(floors.shares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&floors](size_t left, size_t right) { return floors.remainders[left] > floors.remainders[right]; });
  for (size_t rank = 0; floors.left_over > 0; ++rank, --floors.left_over) ++floors.shares[order[rank]];
}

}  // namespace

Money::Money(int64_t minor_units, Currency of_currency)
    : amount(bounded(minor_units, of_currency)), currency(of_currency) {}

Money& Money::operator+=(const Money& other) {
  requireSame(currency, other.currency);
  amount = bounded(Wide{amount} + other.amount, currency);
  return *this;
}

Money& Money::operator-=(const Money& other) {
  requireSame(currency, other.currency);
  amount = bounded(Wide{amount} - other.amount, currency);
  return *this;
}

Money operator*(const Money& money, int64_t quantity) {
  return Money(bounded(Wide{money.amount} * quantity, money.currency), money.currency);
}

std::strong_ordering operator<=>(const Money& left, const Money& right) {
  requireSame(left.currency, right.currency);
  return left.amount <=> right.amount;
}

Money portion(const Money& amount, int64_t ppm) {
  requireRate(ppm);
  const Wide exact = dividedHalfUp(Wide{amount.amount} * ppm, kPpmOne);
  return Money(bounded(exact, amount.currency), amount.currency);
}

Money taxOn(const Money& net, int64_t ppm) { return portion(net, ppm); }

Money taxIncluded(const Money& gross, int64_t ppm) {
  requireRate(ppm);
  const Wide exact = dividedHalfUp(Wide{gross.amount} * ppm, Wide{kPpmOne} + ppm);
  return Money(bounded(exact, gross.currency), gross.currency);
}

std::vector<Money> split(const Money& total, std::span<const int64_t> weights) {
  const Wide sum = sumOf(weights);
  if (sum == 0) {
    const std::vector<int64_t> equal(weights.size(), 1);
    return split(total, equal);
  }
  const bool negative = total.amount < 0;
  Floors floors = roundedDown(negative ? -total.amount : total.amount, weights, sum);
  giveLeftOver(floors);
  std::vector<Money> shares;
  shares.reserve(floors.shares.size());
  for (const int64_t share : floors.shares) shares.emplace_back(negative ? -share : share, total.currency);
  return shares;
}

}  // namespace kontor::money
