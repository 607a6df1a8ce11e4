#include "money/money.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "money/decimal.hpp"

namespace kontor::money {
namespace {

__extension__ using Wide = __int128;

const Currency kEuro = Currency::of("EUR");
const Currency kYen = Currency::of("JPY");
const Currency kDinar = Currency::of("KWD");
const Currency kUnidad = Currency::of("CLF");

Money euro(int64_t cents) { return Money(cents, kEuro); }

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

rc::Gen<int64_t> anyAmount() {
  return rc::gen::oneOf(rc::gen::inRange<int64_t>(-200'000, 200'001),
                        rc::gen::inRange<int64_t>(-kAmountMax, kAmountMax + 1),
                        rc::gen::element<int64_t>(0, 1, -1, kAmountMax, -kAmountMax));
}

rc::Gen<Currency> anyCurrency() { return rc::gen::element(kEuro, kYen, kDinar, kUnidad); }

rc::Gen<int64_t> anyRate() {
  return rc::gen::oneOf(rc::gen::element<int64_t>(0, 70'000, 190'000, 255'000, kPpmOne, kPpmMax),
                        rc::gen::inRange<int64_t>(0, kPpmMax + 1));
}

rc::Gen<std::vector<int64_t>> anyWeights() {
  const auto weight = rc::gen::oneOf(rc::gen::inRange<int64_t>(0, 5), rc::gen::inRange<int64_t>(0, INT64_MAX));
  return rc::gen::nonEmpty(rc::gen::container<std::vector<int64_t>>(weight));
}

std::vector<int64_t> amountsOf(const std::vector<Money>& shares) {
  std::vector<int64_t> amounts;
  for (const Money& share : shares) amounts.push_back(share.amount);
  return amounts;
}

TEST(Currency, KnowsTheDecimalsOfEachKind) {
  EXPECT_EQ(kEuro.exponent(), 2);
  EXPECT_EQ(kYen.exponent(), 0);
  EXPECT_EQ(kDinar.exponent(), 3);
  EXPECT_EQ(kUnidad.exponent(), 4);
  EXPECT_EQ(kEuro.minorUnits(), 100);
  EXPECT_EQ(kYen.minorUnits(), 1);
  EXPECT_EQ(kUnidad.minorUnits(), 10000);
  EXPECT_EQ(kEuro.code(), "EUR");
}

TEST(Currency, FindsTheFirstAndLastOfEachListAndTheYoungest) {
  for (const char* code : {"AED", "ZWG", "BIF", "XPF", "BHD", "TND", "CLF", "UYW", "XCG", "VED", "SLE", "MRU"}) {
    const auto found = Currency::find(code);
    ASSERT_TRUE(found) << code;
    EXPECT_EQ(found->code(), code);
  }
}

TEST(Currency, RefusesWhatCannotPriceAnything) {
  for (const char* code : {"", "EU", "EURO", "eur", "XAU", "XXX", "XTS", "DEM", "ZZZ", "AAA", "D E"}) {
    EXPECT_FALSE(Currency::find(code)) << code;
  }
  try {
    Currency::of("EURO");
    FAIL() << "EURO was taken for a currency";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("\"EURO\" is not a currency"), std::string::npos) << error.what();
  }
}

TEST(Money, AddsSubtractsAndMultiplies) {
  EXPECT_EQ(euro(1999) + euro(1), euro(2000));
  EXPECT_EQ(euro(5) - euro(7), euro(-2));
  EXPECT_EQ(-euro(5), euro(-5));
  EXPECT_EQ(euro(1999) * 3, euro(5997));
  EXPECT_EQ(Money::zero(kEuro), euro(0));
  EXPECT_LT(euro(1), euro(2));
}

TEST(Money, OverflowIsAnErrorAndNeverWraps) {
  EXPECT_THROW(euro(kAmountMax + 1), std::overflow_error);
  EXPECT_THROW(euro(-kAmountMax - 1), std::overflow_error);
  EXPECT_THROW(euro(INT64_MIN), std::overflow_error);
  EXPECT_THROW(euro(kAmountMax) + euro(1), std::overflow_error);
  EXPECT_THROW(euro(-kAmountMax) - euro(1), std::overflow_error);
  EXPECT_THROW(euro(kAmountMax) * INT64_MAX, std::overflow_error);
  EXPECT_THROW(portion(euro(kAmountMax), kPpmOne + 1), std::overflow_error);
  EXPECT_EQ((euro(kAmountMax) * 1).amount, kAmountMax);
}

TEST(Money, TwoCurrenciesNeverMix) {
  EXPECT_THROW(euro(1) + Money(1, kYen), std::invalid_argument);
  EXPECT_THROW(euro(1) - Money(1, kYen), std::invalid_argument);
  EXPECT_THROW((void)(euro(1) < Money(1, kYen)), std::invalid_argument);
  EXPECT_NE(euro(1), Money(1, kYen));
}

TEST(Tax, RoundsHalfUpOnce) {
  EXPECT_EQ(taxOn(euro(1999), 190'000), euro(380));  // 379.81
  EXPECT_EQ(taxOn(euro(50), 190'000), euro(10));     // 9.5 exactly
  EXPECT_EQ(taxOn(euro(-50), 190'000), euro(-10));   // a refund takes back as much
  EXPECT_EQ(taxIncluded(euro(11'900), 190'000), euro(1900));
  EXPECT_EQ(taxIncluded(euro(1999), 190'000), euro(319));  // 319.17
  EXPECT_EQ(taxIncluded(euro(3), kPpmOne), euro(2));       // 1.5 exactly
  EXPECT_EQ(taxIncluded(euro(500'000), 1), euro(0));       // 0.4999995: an odd divisor has no exact half
  EXPECT_EQ(taxIncluded(euro(500'001), 1), euro(1));
  EXPECT_EQ(taxIncluded(euro(1999), 0), euro(0));
}

TEST(Tax, RefusesRatesOutOfRange) {
  EXPECT_THROW(taxOn(euro(1), -1), std::invalid_argument);
  EXPECT_THROW(taxIncluded(euro(1), kPpmMax + 1), std::invalid_argument);
}

// |rounded - exact| <= 1/2, and at exactly one half away from zero.
void expectHalfUp(int64_t rounded, Wide dividend, Wide divisor) {
  const Wide difference = magnitude(Wide{rounded} * divisor) - magnitude(dividend);
  RC_ASSERT(2 * difference <= divisor);
  RC_ASSERT(2 * difference > -divisor);
}

RC_GTEST_PROP(TaxLaw, OnTopIsTheNearestAmount, ()) {
  const Money net(*rc::gen::inRange<int64_t>(-kAmountMax / 10, kAmountMax / 10), kEuro);
  const int64_t ppm = *anyRate();
  expectHalfUp(taxOn(net, ppm).amount, Wide{net.amount} * ppm, kPpmOne);
}

RC_GTEST_PROP(TaxLaw, IncludedIsTheNearestAmountAndLessThanTheWhole, ()) {
  const Money gross(*anyAmount(), kEuro);
  const int64_t ppm = *anyRate();
  const Money tax = taxIncluded(gross, ppm);
  expectHalfUp(tax.amount, Wide{gross.amount} * ppm, Wide{kPpmOne} + ppm);
  RC_ASSERT(magnitude(tax.amount) <= magnitude(gross.amount));
}

RC_GTEST_PROP(TaxLaw, NetAndItsTaxContainThatTax, ()) {
  const Money net(*rc::gen::inRange<int64_t>(0, kAmountMax / 11), kEuro);
  const int64_t ppm = *anyRate();
  const Money tax = taxOn(net, ppm);
  RC_ASSERT(magnitude(Wide{taxIncluded(net + tax, ppm).amount} - tax.amount) <= 1);
}

TEST(Split, GivesTheLeftOverToTheLargestRemainders) {
  const std::array<int64_t, 3> thirds{1, 1, 1};
  EXPECT_EQ(amountsOf(split(euro(100), thirds)), (std::vector<int64_t>{34, 33, 33}));
  EXPECT_EQ(amountsOf(split(euro(-100), thirds)), (std::vector<int64_t>{-34, -33, -33}));
  const std::array<int64_t, 3> prices{1000, 2500, 499};
  EXPECT_EQ(amountsOf(split(euro(500), prices)), (std::vector<int64_t>{125, 313, 62}));
  const std::array<int64_t, 3> last_is_largest{1, 1, 4};
  EXPECT_EQ(amountsOf(split(euro(1), last_is_largest)), (std::vector<int64_t>{0, 0, 1}));
}

TEST(Split, WeightsOfNothingAreEqualOrTakeNothing) {
  const std::array<int64_t, 2> none{0, 0};
  EXPECT_EQ(amountsOf(split(euro(3), none)), (std::vector<int64_t>{2, 1}));
  const std::array<int64_t, 2> one{0, 7};
  EXPECT_EQ(amountsOf(split(euro(3), one)), (std::vector<int64_t>{0, 3}));
  EXPECT_THROW(split(euro(3), {}), std::invalid_argument);
  const std::array<int64_t, 2> negative{1, -1};
  EXPECT_THROW(split(euro(3), negative), std::invalid_argument);
}

RC_GTEST_PROP(SplitLaw, SharesAddUpAndLieWithinOneOfExact, ()) {
  const Money total(*anyAmount(), *anyCurrency());
  const std::vector<int64_t> weights = *anyWeights();
  const std::vector<Money> shares = split(total, weights);
  RC_ASSERT(shares.size() == weights.size());
  const Wide given = std::accumulate(weights.begin(), weights.end(), Wide{0});
  const Wide sum = given == 0 ? Wide{weights.size()} : given;
  Money added = Money::zero(total.currency);
  for (size_t i = 0; i < shares.size(); ++i) {
    added += shares[i];
    const Wide exact = Wide{total.amount} * (given == 0 ? 1 : weights[i]);
    RC_ASSERT(magnitude(Wide{shares[i].amount} * sum - exact) < sum);
  }
  RC_ASSERT(added == total);
  RC_ASSERT(shares == split(total, weights));
}

TEST(Decimal, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parseDecimal("12.34", kEuro).amount, 1234);
  EXPECT_EQ(parseDecimal("12.3", kEuro).amount, 1230);
  EXPECT_EQ(parseDecimal("50", kEuro).amount, 5000);
  EXPECT_EQ(parseDecimal("0", kEuro).amount, 0);
  EXPECT_EQ(parseDecimal("007.50", kEuro).amount, 750);
  EXPECT_EQ(parseDecimal("1200", kYen).amount, 1200);
  EXPECT_EQ(parseDecimal("1.25", kDinar).amount, 1250);
  EXPECT_EQ(parseDecimal("90071992547409.91", kEuro).amount, kAmountMax);
  EXPECT_TRUE(parseDecimal("12.34", kEuro).ok());
}

TEST(Decimal, NamesEachReasonToRefuse) {
  EXPECT_EQ(parseDecimal("", kEuro).error, DecimalError::kEmpty);
  for (const char* text : {"abc", "12,34", "1,234.50", ".5", "5.", ".", "1e3", "+5", " 5", "5 ", "--5", "-", "1.2.3",
                           "0x10", "NaN", "12.3\xC2\xA0",
                           "\xE2\x82\xAC"
                           "5"}) {
    EXPECT_EQ(parseDecimal(text, kEuro).error, DecimalError::kNotANumber) << text;
  }
  EXPECT_EQ(parseDecimal("-1.50", kEuro).error, DecimalError::kNegative);
  EXPECT_EQ(parseDecimal("12.345", kEuro).error, DecimalError::kTooManyDecimals);
  EXPECT_EQ(parseDecimal("1200.50", kYen).error, DecimalError::kTooManyDecimals);
  EXPECT_EQ(parseDecimal("1200.00", kYen).error, DecimalError::kTooManyDecimals);
  EXPECT_EQ(parseDecimal("90071992547409.92", kEuro).error, DecimalError::kTooLarge);
  EXPECT_EQ(parseDecimal(std::string(400, '9'), kYen).error, DecimalError::kTooLarge);
}

TEST(Decimal, ExplainsInWords) {
  EXPECT_EQ(problemOf(DecimalError::kNotANumber, kEuro), "is not an amount");
  EXPECT_EQ(problemOf(DecimalError::kTooManyDecimals, kYen), "has decimals, but JPY has none");
  EXPECT_EQ(problemOf(DecimalError::kTooManyDecimals, kEuro), "has more than the 2 decimals of EUR");
  EXPECT_EQ(expectedDecimal(kEuro), "a number like 12.99");
  EXPECT_EQ(expectedDecimal(kDinar), "a number like 12.999");
  EXPECT_EQ(expectedDecimal(kYen), "a whole number like 1299");
}

TEST(Decimal, WritesExactlyTheCurrencysDecimals) {
  EXPECT_EQ(formatDecimal(euro(1230)), "12.30");
  EXPECT_EQ(formatDecimal(euro(5)), "0.05");
  EXPECT_EQ(formatDecimal(euro(-5)), "-0.05");
  EXPECT_EQ(formatDecimal(Money(1200, kYen)), "1200");
  EXPECT_EQ(formatDecimal(Money(1250, kDinar)), "1.250");
  EXPECT_EQ(formatDecimal(Money(0, kUnidad)), "0.0000");
}

RC_GTEST_PROP(DecimalLaw, WrittenThenReadIsTheSame, ()) {
  const Currency currency = *anyCurrency();
  const int64_t amount = *anyAmount();
  const ParsedDecimal parsed = parseDecimal(formatDecimal(Money(amount < 0 ? -amount : amount, currency)), currency);
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.amount == (amount < 0 ? -amount : amount));
}

RC_GTEST_PROP(DecimalLaw, NoTextBringsItDown, ()) {
  const std::string text = *rc::gen::container<std::string>(rc::gen::element('0', '1', '9', '.', '-', ',', 'e', ' '));
  const ParsedDecimal parsed = parseDecimal(text, *anyCurrency());
  RC_ASSERT(!parsed.ok() || (parsed.amount >= 0 && parsed.amount <= kAmountMax));
}

}  // namespace
}  // namespace kontor::money
