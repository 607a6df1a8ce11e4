#include "services/cart/domain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <functional>

#include "chassis/base/error.hpp"
#include "services/cart/invariants.hpp"

namespace kontor::cart {
namespace {

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    std::string text = error.reason();
    for (const FieldError& field : error.fields()) text += " " + field.path;
    return text;
  }
  return "no refusal";
}

Quote quoteOf(const std::string& sku, std::int64_t amount, std::int64_t tax_ppm = 190'000) {
  Quote quote;
  quote.set_sku(sku);
  quote.set_product_title("The " + sku);
  quote.mutable_price()->set_amount(amount);
  quote.mutable_price()->set_currency("EUR");
  quote.set_tax_ppm(tax_ppm);
  return quote;
}

Cart cartOf(const std::vector<std::pair<Quote, std::int64_t>>& lines, bool tax_included,
            std::optional<std::int64_t> shipping = 490) {
  Cart cart;
  cart.currency = "EUR";
  cart.country = "DE";
  cart.tax_included = tax_included;
  cart.expires_at = fromMicros(1'000);
  if (shipping) cart.shipping = Shipping{"standard", "Standard", *shipping};
  for (const auto& [quote, quantity] : lines)
    addLine(cart, quote, quantity, {}, "line_" + std::to_string(cart.lines.size()), 200);
  return cart;
}

TEST(Price, TaxLiesInThePricesWhereTheyAreShownWithIt) {
  Cart cart = cartOf({{quoteOf("shirt", 1'999), 2}}, true);
  price(cart);
  EXPECT_EQ(cart.lines[0].subtotal, 3'998);
  EXPECT_EQ(cart.lines[0].tax, 638);  // 638.34
  EXPECT_EQ(cart.lines[0].total, 3'998);
  EXPECT_EQ(cart.totals, (Totals{3'998, 0, 490, 78, 716, 4'488}));
}

TEST(Price, TaxComesOnTopWhereTheyAreShownWithout) {
  Cart cart = cartOf({{quoteOf("shirt", 1'999), 2}}, false);
  price(cart);
  EXPECT_EQ(cart.lines[0].tax, 760);  // 759.62
  EXPECT_EQ(cart.lines[0].total, 4'758);
  EXPECT_EQ(cart.totals, (Totals{3'998, 0, 490, 93, 853, 5'341}));
}

TEST(Price, RoundsATaxOnceForTheWholeLine) {
  Cart cart = cartOf({{quoteOf("sweet", 5, 100'000), 3}, {quoteOf("gum", 5, 100'000), 1}}, false, std::nullopt);
  price(cart);
  EXPECT_EQ(cart.lines[0].tax, 2);  // 1.5, not three times 0.5 rounded
  EXPECT_EQ(cart.lines[1].tax, 1);  // 0.5
  EXPECT_EQ(cart.totals.total, 23);
}

TEST(Price, ShippingTakesTheHighestRateAndAnEmptyCartShipsForNothing) {
  Cart cart = cartOf({{quoteOf("book", 1'000, 70'000), 1}, {quoteOf("lamp", 10, 190'000), 1}}, true, 1'190);
  price(cart);
  EXPECT_EQ(cart.totals.shipping_tax, 190);
  Cart empty = cartOf({}, true);
  price(empty);
  EXPECT_EQ(empty.totals, Totals());
}

TEST(Price, SplitsADiscountByLargestRemainder) {
  Cart cart = cartOf({{quoteOf("a", 100), 1}, {quoteOf("b", 100), 1}, {quoteOf("c", 100), 1}}, true, std::nullopt);
  price(cart, 100);
  EXPECT_EQ(cart.lines[0].discount, 34);
  EXPECT_EQ(cart.lines[1].discount, 33);
  EXPECT_EQ(cart.lines[2].discount, 33);
  EXPECT_EQ(cart.totals.total, 200);
}

TEST(Price, RefusesAmountsBeyondAllBounds) {
  Cart cart = cartOf({{quoteOf("a", 9'007'199'254'740'991), 2}}, true);
  EXPECT_EQ(refusal([&] { price(cart); }), "INVALID_ARGUMENT quantity");
}

// Half a minor unit is the most by which a rounded tax may differ from the exact one.
void requireRounded(std::int64_t tax, std::int64_t amount, std::int64_t ppm, bool included) {
  __extension__ using Wide = __int128;
  const Wide whole = included ? Wide{1'000'000} + ppm : Wide{1'000'000};
  const Wide twice_off = 2 * (Wide{tax} * whole - Wide{amount} * ppm);
  RC_ASSERT(twice_off >= -whole);
  RC_ASSERT(twice_off <= whole);
}

using AnyLine = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // price, quantity, tax rate

RC_GTEST_PROP(PriceProperty, EverySumIsExact, (bool tax_included)) {
  const auto rate = rc::gen::element<std::int64_t>(0, 55'000, 70'000, 190'000, 250'000);
  const auto line =
      rc::gen::tuple(rc::gen::inRange<std::int64_t>(0, 100'000), rc::gen::inRange<std::int64_t>(1, 500), rate);
  const auto lines_wanted = *rc::gen::container<std::vector<AnyLine>>(line);
  Cart cart = cartOf({}, tax_included, *rc::gen::inRange<std::int64_t>(0, 2'000));
  std::int64_t bought = 0;
  for (const auto& [amount, quantity, ppm] : lines_wanted) {
    const std::string sku = "sku-" + std::to_string(cart.lines.size());
    addLine(cart, quoteOf(sku, amount, ppm), quantity, {}, sku, 1'000);
    bought += amount * quantity;
  }
  const std::int64_t discount = *rc::gen::inRange<std::int64_t>(0, bought + 1);
  price(cart, discount);
  const Totals& totals = cart.totals;
  std::int64_t lines = 0;
  std::int64_t discounts = 0;
  std::int64_t taxes = totals.shipping_tax;
  for (const Line& each : cart.lines) {
    RC_ASSERT(each.discount >= 0);
    RC_ASSERT(each.discount <= each.subtotal);
    requireRounded(each.tax, each.subtotal - each.discount, each.tax_ppm, tax_included);
    lines += each.total;
    discounts += each.discount;
    taxes += each.tax;
  }
  RC_ASSERT(totals.subtotal == bought);
  RC_ASSERT(totals.discount == discount);
  RC_ASSERT(discounts == discount);
  RC_ASSERT(totals.tax == taxes);
  RC_ASSERT(totals.total == lines + totals.shipping + (tax_included ? 0 : totals.shipping_tax));
  RC_ASSERT(totals.total == totals.subtotal - totals.discount + totals.shipping + (tax_included ? 0 : totals.tax));
  RC_ASSERT(wrongSums(cart).empty());
}

TEST(Lines, OfTheSameSkuAndMetadataAreOne) {
  Cart cart = cartOf({{quoteOf("shirt", 1'999), 2}}, true);
  addLine(cart, quoteOf("shirt", 1'999), 3, {}, "line_x", 200);
  ASSERT_EQ(cart.lines.size(), 1u);
  EXPECT_EQ(cart.lines[0].quantity, 5);
  addLine(cart, quoteOf("shirt", 2'499), 1, {{"engraving", "Ada"}}, "line_y", 200);
  ASSERT_EQ(cart.lines.size(), 2u);
  EXPECT_EQ(cart.lines[0].unit_price, 2'499);  // one sku has one price
  EXPECT_LT(cart.lines[0].position, cart.lines[1].position);
  EXPECT_EQ(refusal([&] { addLine(cart, quoteOf("shirt", 1), kQuantityMax, {}, "z", 200); }),
            "INVALID_ARGUMENT quantity");
  EXPECT_EQ(refusal([&] { addLine(cart, quoteOf("cap", 1), 1, {}, "z", 2); }), "INVALID_ARGUMENT lines");
}

TEST(Lines, AreSetRemovedAndMissed) {
  Cart cart = cartOf({{quoteOf("shirt", 1'999), 2}, {quoteOf("cap", 5), 1}}, true);
  setQuantity(cart, "line_0", 7);
  EXPECT_EQ(cart.lines[0].quantity, 7);
  setQuantity(cart, "line_0", 0);
  ASSERT_EQ(cart.lines.size(), 1u);
  EXPECT_EQ(cart.lines[0].sku, "cap");
  EXPECT_EQ(refusal([&] { setQuantity(cart, "line_0", 1); }), "NOT_FOUND");
}

TEST(Lines, NotOnSaleAnyMoreAreDropped) {
  Cart cart = cartOf({{quoteOf("shirt", 1'999), 2}, {quoteOf("cap", 5), 1}}, true);
  EXPECT_EQ(reprice(cart, {quoteOf("cap", 6, 70'000)}), std::vector<std::string>({"shirt"}));
  ASSERT_EQ(cart.lines.size(), 1u);
  EXPECT_EQ(cart.lines[0].unit_price, 6);
  EXPECT_EQ(cart.lines[0].tax_ppm, 70'000);
}

TEST(Guards, LetOnlyAnOpenCartChange) {
  Cart cart = cartOf({}, true);
  requireOpen(cart, fromMicros(999));
  EXPECT_EQ(refusal([&] { requireOpen(cart, fromMicros(1'000)); }), "CART_CLOSED");
  cart.state = State::kCompleted;
  EXPECT_EQ(refusal([&] { requireOpen(cart, fromMicros(0)); }), "CART_CLOSED");
  cart.state = State::kExpired;
  EXPECT_EQ(refusal([&] { requireOpen(cart, fromMicros(0)); }), "CART_CLOSED");
  cart.state = State::kCheckingOut;
  cart.checkout = "chk_1";
  EXPECT_THROW(requireOpen(cart, fromMicros(0)), Held);
}

TEST(Guards, NameAllThatIsMissing) {
  Cart cart = cartOf({}, true, std::nullopt);
  EXPECT_EQ(refusal([&] { requireComplete(cart); }), "INVALID_ARGUMENT lines email shippingAddress shipping");
  addLine(cart, quoteOf("shirt", 1), 1, {}, "line_1", 200);
  cart.email = "ada@example.com";
  cart.shipping_address = Address();
  EXPECT_EQ(refusal([&] { requireComplete(cart); }), "INVALID_ARGUMENT shipping");
  cart.shipping = Shipping();
  requireComplete(cart);
}

TEST(Guards, KnowAnEmailWhenTheySeeOne) {
  for (const std::string_view good : {"a@b.de", "ada.lovelace+shop@mail.example.com", "zoë@exämple.de"})
    EXPECT_NO_THROW(requireEmail(good)) << good;
  for (const std::string_view bad : {"", "ada", "@b.de", "a@", "a@b", "a@.de", "a@b.", "a b@c.de", "a@b@c.de",
                                     "a@b.de\n", "<a@b.de>", "a@b.de,c@d.de"})
    EXPECT_EQ(refusal([&] { requireEmail(bad); }), "INVALID_ARGUMENT email") << bad;
}

TEST(Guards, DeliverOnlyWithinTheRegion) {
  const Region region{"eu", "EU", "EUR", {"DE", "FR"}, "DE", true};
  Address address;
  for (const std::string bad : {"", "de", "D", "DEU", "D1"}) {
    address.set_country(bad);
    EXPECT_EQ(refusal([&] { requireCountry(address, "billingAddress", nullptr); }),
              "INVALID_ARGUMENT billingAddress.country");
  }
  address.set_country("US");
  EXPECT_NO_THROW(requireCountry(address, "billingAddress", nullptr));
  EXPECT_EQ(refusal([&] { requireCountry(address, "shippingAddress", &region); }),
            "INVALID_ARGUMENT shippingAddress.country");
  address.set_country("FR");
  EXPECT_NO_THROW(requireCountry(address, "shippingAddress", &region));
}

}  // namespace
}  // namespace kontor::cart
