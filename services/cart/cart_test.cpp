#include <gtest/gtest.h>

#include "services/cart/counter_test.hpp"

namespace kontor::cart {
namespace {

using Strings = std::vector<std::string>;

TEST(CreateCart, HasTheShopsDefaultsAndASecretId) {
  Counter shop;
  const v1::Cart cart = shop.open();
  EXPECT_EQ(cart.currency(), "EUR");
  EXPECT_EQ(cart.region(), "eu");
  EXPECT_EQ(cart.state(), v1::Cart::STATE_ACTIVE);
  EXPECT_EQ(cart.version(), 1);
  EXPECT_TRUE(cart.tax_included());
  EXPECT_EQ(cart.totals().total().amount(), 0);
  EXPECT_EQ(cart.totals().total().currency(), "EUR");
  EXPECT_TRUE(cart.id().starts_with("cart_"));
  EXPECT_GE(cart.id().size(), 26u + 5u);
  EXPECT_NE(shop.open().id(), cart.id());
  EXPECT_EQ(shop.read(cart.id()).created_at().seconds(), cart.created_at().seconds());
}

TEST(CreateCart, RefusesWhatTheShopDoesNotSell) {
  Counter shop;
  v1::CreateCartRequest request;
  request.set_currency("JPY");
  EXPECT_EQ(refusal([&] { shop.get(shop.carts().CreateCart({}, request)); }), "INVALID_ARGUMENT currency");
  request.set_currency("EUR");
  request.set_region("moon");
  EXPECT_EQ(refusal([&] { shop.get(shop.carts().CreateCart({}, request)); }), "INVALID_ARGUMENT region");
}

TEST(CreateCart, RepeatedWithItsKeyIsTheSameCart) {
  Counter shop;
  const auto with = Counter::keyed("open-1");
  const v1::Cart first = shop.get(shop.carts().CreateCart(with, v1::CreateCartRequest()));
  const v1::Cart again = shop.get(shop.carts().CreateCart(with, v1::CreateCartRequest()));
  EXPECT_EQ(first.id(), again.id());
}

TEST(GetCart, OfAnUnknownIdSaysSoWithoutRepeatingIt) {
  Counter shop;
  try {
    shop.read("cart_SECRET0000000000000000000000000");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.reason(), "NOT_FOUND");
    EXPECT_EQ(error.message().find("SECRET"), std::string::npos);
  }
}

TEST(AddLine, TakesThePriceOfTheCatalogue) {
  Counter shop;
  const std::string id = shop.open().id();
  const v1::Cart cart = shop.add(id, "shirt", 2);
  ASSERT_EQ(cart.lines_size(), 1);
  EXPECT_EQ(cart.lines(0).unit_price().amount(), 1'999);
  EXPECT_EQ(cart.lines(0).title(), "The shirt");
  EXPECT_EQ(cart.lines(0).tax().amount(), 638);
  EXPECT_EQ(cart.totals().total().amount(), 3'998);
  EXPECT_EQ(cart.version(), 2);
  v1::AddLineRequest plain;
  plain.set_cart_id(id);
  plain.set_sku("shirt");
  EXPECT_EQ(shop.get(shop.carts().AddLine({}, plain)).lines(0).quantity(), 3);
  EXPECT_EQ(shop.read(id).lines(0).quantity(), 3);
}

TEST(AddLine, RefusesWhatIsNotOnSale) {
  Counter shop;
  const std::string id = shop.open().id();
  EXPECT_EQ(refusal([&] { shop.add(id, "unicorn"); }), "NOT_FOUND sku");
  EXPECT_EQ(refusal([&] { shop.add(id, "shirt", 0); }), "INVALID_ARGUMENT quantity");
  EXPECT_EQ(shop.read(id).version(), 1);
}

TEST(AddLine, KeepsLinesWithOtherMetadataApart) {
  Counter shop;
  const std::string id = shop.open().id();
  shop.add(id, "mug");
  auto engraved = Counter::lineOf(id, "mug");
  (*engraved.mutable_metadata())["engraving"] = "\"Ada\" & Charles";
  shop.get(shop.carts().AddLine({}, engraved));
  const v1::Cart cart = shop.get(shop.carts().AddLine({}, engraved));
  ASSERT_EQ(cart.lines_size(), 2);
  EXPECT_EQ(shop.read(id).lines(1).metadata().at("engraving"), "\"Ada\" & Charles");
  EXPECT_EQ(cart.lines(1).quantity(), 2);
}

TEST(AddLine, RepeatedWithItsKeyAddsOnce) {
  Counter shop;
  const std::string id = shop.open().id();
  const v1::Cart first = shop.add(id, "shirt", 1, Counter::keyed("add-1"));
  shop.add(id, "cap");
  const v1::Cart again = shop.add(id, "shirt", 1, Counter::keyed("add-1"));
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(shop.read(id).lines(0).quantity(), 1);
}

TEST(AddLine, OfManyAtOnceLosesNone) {
  Counter shop;
  const std::string id = shop.open().id();
  const auto buyer = [](Counter& in, std::string cart) -> task<void> {
    auto work = in.carts().AddLine({}, Counter::lineOf(cart, "cap"));
    co_await work;
  };
  std::vector<task<void>> buyers;
  for (int i = 0; i < 40; ++i) buyers.push_back(buyer(shop, id));
  shop.world().run(std::move(buyers));
  EXPECT_EQ(shop.read(id).lines(0).quantity(), 40);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(AddLine, AsksAgainWhenTheCartMovedToAnotherCountryMeanwhile) {
  Counter shop;
  const std::string id = shop.open().id();
  bool moved = false;
  shop.neighbours().after_quote = [&]() -> task<void> {
    if (std::exchange(moved, true)) co_return;
    auto work = shop.carts().UpdateCart({}, Counter::addressed(id, "FR"));
    co_await work;
  };
  EXPECT_EQ(shop.add(id, "shirt").lines(0).tax_ppm(), 200'000);
  EXPECT_EQ(shop.neighbours().quoted, 2);
}

TEST(UpdateLine, SetsAndRemoves) {
  Counter shop;
  const std::string id = shop.open().id();
  const std::string shirt = shop.add(id, "shirt").lines(0).id();
  const std::string cap = shop.add(id, "cap").lines(1).id();
  EXPECT_EQ(shop.setLine(id, shirt, 3).totals().total().amount(), 3 * 1'999 + 1'250);
  EXPECT_EQ(shop.setLine(id, shirt, 0).lines_size(), 1);
  EXPECT_EQ(refusal([&] { shop.setLine(id, shirt, 1); }), "NOT_FOUND");
  v1::RemoveLineRequest request;
  request.set_cart_id(id);
  request.set_line_id(cap);
  EXPECT_EQ(shop.get(shop.carts().RemoveLine({}, request)).lines_size(), 0);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(UpdateCart, SetsOnlyWhatIsGivenAndSealsIt) {
  Counter shop;
  const std::string id = shop.open().id();
  shop.update(Counter::addressed(id, "DE"));
  v1::UpdateCartRequest billing;
  billing.set_cart_id(id);
  billing.mutable_billing_address()->set_name("Analytical Engines Ltd");
  billing.mutable_billing_address()->set_country("GB");
  shop.update(billing);
  const v1::Cart cart = shop.read(id);
  EXPECT_EQ(cart.email(), "ada@example.com");
  EXPECT_EQ(cart.shipping_address().city(), "Berlin");
  EXPECT_EQ(cart.billing_address().name(), "Analytical Engines Ltd");
  const store::Rows rows = shop.query("SELECT id_hash, email, shipping_address, billing_address FROM cart");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text(0).find(id.substr(5)), std::string::npos);
  EXPECT_EQ(rows[0].bytes(1).find("ada"), std::string::npos);
  EXPECT_EQ(rows[0].bytes(2).find("Berlin"), std::string::npos);
  EXPECT_EQ(rows[0].bytes(3).find("Engines"), std::string::npos);
}

TEST(UpdateCart, RefusesBadEmailsAndCountries) {
  Counter shop;
  const std::string id = shop.open().id();
  auto request = Counter::addressed(id, "US");
  EXPECT_EQ(refusal([&] { shop.update(request); }), "INVALID_ARGUMENT shippingAddress.country");
  request = Counter::addressed(id, "DE");
  request.set_email("nobody");
  EXPECT_EQ(refusal([&] { shop.update(request); }), "INVALID_ARGUMENT email");
  EXPECT_EQ(shop.read(id).version(), 1);
}

TEST(UpdateCart, ShowsTheTaxesOfTheCountryItIsSentTo) {
  Counter shop;
  const std::string id = shop.open().id();
  EXPECT_EQ(shop.add(id, "shirt").lines(0).tax_ppm(), 190'000);
  EXPECT_EQ(shop.update(Counter::addressed(id, "DE")).lines(0).tax_ppm(), 190'000);
  EXPECT_EQ(shop.neighbours().quoted, 1);
  EXPECT_EQ(shop.update(Counter::addressed(id, "FR")).lines(0).tax_ppm(), 200'000);
  EXPECT_EQ(shop.add(id, "cap").lines(1).tax_ppm(), 200'000);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Shipping, IsOfferedPickedAndPaid) {
  Counter shop("cart: {shipping: {id: post, name: By post, price: 700}}\n");
  const std::string id = shop.open().id();
  shop.add(id, "mug");
  v1::ListShippingOptionsRequest request;
  request.set_cart_id(id);
  const auto options = shop.get(shop.carts().ListShippingOptions({}, request));
  ASSERT_EQ(options.shipping_options_size(), 1);
  EXPECT_EQ(options.shipping_options(0).price().amount(), 700);
  EXPECT_EQ(refusal([&] { shop.ship(id, "drone"); }), "INVALID_ARGUMENT optionId");
  const v1::Cart cart = shop.ship(id, "post");
  EXPECT_EQ(cart.shipping().name(), "By post");
  EXPECT_EQ(cart.totals().total().amount(), 799 + 700);
}

TEST(Versions, OfAStaleCallerAreRefused) {
  Counter shop;
  const std::string id = shop.open().id();
  EXPECT_EQ(shop.update(Counter::addressed(id, "DE"), Counter::matching(1)).version(), 2);
  EXPECT_EQ(refusal([&] { shop.update(Counter::addressed(id, "DE"), Counter::matching(1)); }), "VERSION_MISMATCH");
  EXPECT_EQ(shop.add(id, "cap", 1, Counter::matching(2)).version(), 3);
}

TEST(Sweep, EndsCartsWhoseTimeIsOverAndForgetsWhoTheyBelongedTo) {
  Counter shop;
  const std::string over = shop.ready().id();
  const std::string locked = shop.ready().id();
  const std::string fresh = shop.ready().id();
  shop.lock(locked, "chk_1");
  EXPECT_EQ(shop.edit("UPDATE cart SET expires_at = 1 WHERE state = 'checking_out'"), 1);
  const std::string newest = "SELECT id_hash FROM cart WHERE state = 'active' ORDER BY created_at LIMIT 1";
  EXPECT_EQ(shop.edit("UPDATE cart SET expires_at = 1 WHERE id_hash = (" + newest + ")"), 1);
  EXPECT_EQ(refusal([&] { shop.add(over, "cap"); }), "CART_CLOSED");
  shop.world().run(shop.module().start());
  EXPECT_TRUE(shop.world().waitUntil([&] {
    return shop.database().query("SELECT id_hash FROM cart WHERE state = 'expired'", {}).runReady().size() == 1;
  }));
  shop.world().run(shop.module().stop());
  EXPECT_EQ(shop.read(over).state(), v1::Cart::STATE_EXPIRED);
  EXPECT_EQ(shop.read(over).email(), "");
  EXPECT_EQ(shop.read(locked).state(), v1::Cart::STATE_CHECKING_OUT);
  EXPECT_EQ(shop.read(fresh).state(), v1::Cart::STATE_ACTIVE);
  EXPECT_EQ(refusal([&] { shop.add(over, "cap"); }), "CART_CLOSED");
  EXPECT_EQ(refusal([&] { shop.lock(over, "chk_2"); }), "CART_CLOSED");
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Settings, ThatContradictThemselvesStopTheStart) {
  EXPECT_EQ(refusal([] { Counter("cart: {region: {currency: EURO}}\n"); }), "BAD_CONFIGURATION");
  EXPECT_EQ(refusal([] { Counter("cart: {region: {country: US}}\n"); }), "BAD_CONFIGURATION");
}

}  // namespace
}  // namespace kontor::cart
