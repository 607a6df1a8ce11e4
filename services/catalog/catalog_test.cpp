#include <gtest/gtest.h>

#include <set>

#include "services/catalog/catalog_test.hpp"
#include "services/catalog/domain.hpp"

namespace kontor::catalog {
namespace {

const std::string kTee =
    "harbour-tee,Harbour Tee,<p>Soft.</p>,Quay,Tee,\"soft, blue\",true,Size,S,HT-S,150,shopify,5,deny,19.90,25.00,true,"
    "/media/tee.svg,1,\n"
    "harbour-tee,,,,,,,,M,HT-M,150,shopify,7,deny,21.00,,false,/media/tee-m.svg,2,\n";
const std::string kDraft = "secret,Secret,,Quay,Tee,,false,,,SEC-1,1,shopify,1,deny,3.00,,true,,,\n";

std::vector<std::string> handlesOf(const v1::ListProductsResponse& page) {
  std::vector<std::string> handles;
  for (const v1::Product& product : page.products()) handles.push_back(product.handle());
  return handles;
}

v1::QuoteVariantsRequest quoteRequest(std::vector<std::string> skus, const std::string& country = "DE") {
  v1::QuoteVariantsRequest request;
  for (std::string& sku : skus) request.add_skus(std::move(sku));
  request.set_currency("EUR");
  request.set_country(country);
  return request;
}

TEST(Catalog, ShowsAProductWithPricesAndStock) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  const v1::Product product = shop.product("harbour-tee");
  EXPECT_EQ(product.title(), "Harbour Tee");
  EXPECT_EQ(product.description(), "<p>Soft.</p>");
  EXPECT_EQ(product.status(), v1::Product::STATUS_ACTIVE);
  EXPECT_EQ(product.version(), 1);
  ASSERT_EQ(product.options_size(), 1);
  EXPECT_EQ(product.options(0).values_size(), 2);
  ASSERT_EQ(product.categories_size(), 1);
  EXPECT_EQ(product.categories(0), "Tee");
  ASSERT_EQ(product.media_size(), 2);
  EXPECT_EQ(product.media(0).url(), "/media/tee.svg");
  ASSERT_EQ(product.variants_size(), 2);
  const v1::Variant& small = product.variants(0);
  EXPECT_EQ(small.title(), "S");
  EXPECT_EQ(small.price().amount(), 1990);
  EXPECT_EQ(small.price().currency(), "EUR");
  EXPECT_EQ(small.compare_at_price().amount(), 2500);
  EXPECT_EQ(small.available(), 5);
  EXPECT_EQ(product.variants(1).available(), 7);
  EXPECT_EQ(product.variants(1).tax_class(), kTaxExempt);
  EXPECT_EQ(errorOf([&] { shop.product("nothing"); }).code(), Code::kNotFound);
}

TEST(Catalog, HidesWhatIsNotOnSaleFromShoppersOnly) {
  CatalogShop shop;
  shop.import(kClassic + kTee + kDraft);
  EXPECT_EQ(errorOf([&] { shop.product("secret"); }).code(), Code::kNotFound);
  EXPECT_EQ(handlesOf(shop.list(10)), std::vector<std::string>{"harbour-tee"});
  v1::ListAllProductsRequest all;
  EXPECT_EQ(shop.get(shop.catalog().ListAllProducts(CatalogShop::staff(), all)).products_size(), 2);
  all.set_status(v1::Product::STATUS_DRAFT);
  const auto drafts = shop.get(shop.catalog().ListAllProducts(CatalogShop::staff(), all));
  ASSERT_EQ(handlesOf(drafts), std::vector<std::string>{"secret"});
  v1::GetAnyProductRequest any;
  any.set_id(drafts.products(0).id());
  EXPECT_EQ(shop.get(shop.catalog().GetAnyProduct(CatalogShop::staff(), any)).variants(0).available(), 1);
}

TEST(Catalog, AnEmptyShopListsNothing) {
  CatalogShop shop;
  EXPECT_EQ(shop.list(5).products_size(), 0);
  EXPECT_EQ(shop.inventory().questions, 0);
}

TEST(Catalog, PagesStayStableUnderInserts) {
  CatalogShop shop;
  std::string file = kClassic;
  for (int i = 0; i < 7; ++i) file += row("old-" + std::to_string(i), "O-" + std::to_string(i));
  shop.import(file);
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    const v1::ListProductsResponse page = shop.list(3, token);
    for (const std::string& handle : handlesOf(page)) EXPECT_TRUE(seen.insert(handle).second) << handle << " twice";
    token = page.next_page_token();
    ++pages;
    const std::string name = "new-" + std::to_string(pages);
    shop.import(kClassic + row(name, name));
    // Newest first: what was just added begins a new list and does not disturb this one.
    EXPECT_EQ(handlesOf(shop.list(1)), std::vector<std::string>{name});
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(*seen.begin(), "old-0");
}

TEST(Catalog, ListsAFileInItsOrder) {
  CatalogShop shop("catalog: {imports: {batch: 2}}");
  shop.import(kClassic + row("old", "O"));
  shop.import(kClassic + row("c", "C") + row("a", "A") + row("d", "D") + row("b", "B"));
  EXPECT_EQ(handlesOf(shop.list(10)), (std::vector<std::string>{"c", "a", "d", "b", "old"}));
}

TEST(Catalog, APageAsksInventoryOnce) {
  CatalogShop shop;
  std::string file = kClassic;
  for (int i = 0; i < 20; ++i) file += row("p-" + std::to_string(i), "P-" + std::to_string(i));
  shop.import(file);
  const int before = shop.inventory().questions;
  EXPECT_EQ(shop.list(20).products_size(), 20);
  EXPECT_EQ(shop.inventory().questions, before + 1);
}

TEST(Catalog, ATokenOfAnotherListIsRefused) {
  CatalogShop shop;
  shop.import(kClassic + row("a", "A") + row("b", "B"));
  const std::string token = shop.list(1).next_page_token();
  EXPECT_EQ(errorOf([&] { shop.list(1, token, "Tee"); }).fields().front().path, "pageToken");
  EXPECT_EQ(errorOf([&] { shop.list(1, "nonsense"); }).fields().front().path, "pageToken");
}

TEST(Catalog, ListsByCategoryAndCountsThem) {
  CatalogShop shop;
  shop.import(kClassic + kTee + kDraft + row("other", "O-1") + "lamp,Lamp,,,Lamp,,true,,,L-1,1,,,deny,9,,true,,,\n");
  EXPECT_EQ(handlesOf(shop.list(10, {}, "Lamp")), std::vector<std::string>{"lamp"});
  EXPECT_EQ(shop.list(10, {}, "Tee").products_size(), 2);
  EXPECT_EQ(shop.list(10, {}, "None").products_size(), 0);
  const std::string token = shop.list(1, {}, "Tee").next_page_token();
  EXPECT_EQ(shop.list(1, token, "Tee").products_size(), 1);
  const auto categories = shop.get(shop.catalog().ListCategories(rpc::Context(), {}));
  ASSERT_EQ(categories.categories_size(), 2);
  EXPECT_EQ(categories.categories(0).name(), "Lamp");
  EXPECT_EQ(categories.categories(1).products(), 2);  // the draft does not count
}

TEST(Catalog, ShowsAnotherCurrency) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  shop.setPrice(shop.product("harbour-tee").variants(1).id(), 2500, "USD");
  const v1::Product dollars = shop.product("harbour-tee", "USD");
  ASSERT_EQ(dollars.variants_size(), 1);
  EXPECT_EQ(dollars.variants(0).sku(), "HT-M");
  EXPECT_EQ(dollars.variants(0).price().amount(), 2500);
  EXPECT_EQ(dollars.variants(0).price().currency(), "USD");
  EXPECT_EQ(shop.product("harbour-tee").variants(1).price().amount(), 2100);
  EXPECT_EQ(errorOf([&] { shop.product("harbour-tee", "XQX"); }).fields().front().path, "currency");
}

TEST(Catalog, QuotesWhatIsOnSale) {
  CatalogShop shop("catalog: {tax: {rates: {DE: 190000, DE/exempt: 5, AT: 200000}}}");
  shop.import(kClassic + kTee + kDraft);
  const auto answer =
      shop.get(shop.catalog().QuoteVariants(CatalogShop::staff(), quoteRequest({"HT-M", "SEC-1", "HT-S", "none"})));
  ASSERT_EQ(answer.quotes_size(), 2);
  const v1::VariantQuote& medium = answer.quotes(0);
  const v1::VariantQuote& small = answer.quotes(1);
  EXPECT_EQ(medium.sku(), "HT-M");
  EXPECT_EQ(medium.tax_ppm(), 0);  // exempt stays exempt
  EXPECT_EQ(small.tax_ppm(), 190000);
  EXPECT_EQ(small.price().amount(), 1990);
  EXPECT_EQ(small.product_title(), "Harbour Tee");
  EXPECT_EQ(small.variant_title(), "S");
  EXPECT_EQ(small.handle(), "harbour-tee");
  EXPECT_EQ(small.media_url(), "/media/tee.svg");
  EXPECT_TRUE(small.requires_shipping());
  const auto abroad = shop.get(shop.catalog().QuoteVariants(CatalogShop::staff(), quoteRequest({"HT-S"}, "US")));
  EXPECT_EQ(abroad.quotes(0).tax_ppm(), 0);
  v1::QuoteVariantsRequest dollars = quoteRequest({"HT-S"});
  dollars.set_currency("USD");
  EXPECT_EQ(shop.get(shop.catalog().QuoteVariants(CatalogShop::staff(), dollars)).quotes_size(), 0);
  EXPECT_EQ(errorOf([&] { shop.get(shop.catalog().QuoteVariants(CatalogShop::staff(), {})); }).code(),
            Code::kInvalidArgument);
}

TEST(Catalog, TheDefaultTaxIsThatOfANewShop) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  const auto quotes = shop.get(shop.catalog().QuoteVariants(CatalogShop::staff(), quoteRequest({"HT-S"}, "FR")));
  EXPECT_EQ(quotes.quotes(0).tax_ppm(), 190000);
}

TEST(Catalog, UpdatesAProductUnderItsVersion) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  shop.events();
  const v1::Product before = shop.product("harbour-tee");
  v1::UpdateProductRequest request;
  request.set_id(before.id());
  request.set_title("Quay Tee");
  rpc::Context::Data data;
  data.expected_version = before.version() + 1;
  const Error stale = errorOf([&] { shop.get(shop.catalog().UpdateProduct(rpc::Context(data), request)); });
  EXPECT_EQ(stale.status(), 412);
  data.expected_version = before.version();
  const v1::Product after = shop.get(shop.catalog().UpdateProduct(rpc::Context(data), request));
  EXPECT_EQ(after.title(), "Quay Tee");
  EXPECT_EQ(after.description(), before.description());
  EXPECT_EQ(after.version(), 2);
  EXPECT_EQ(after.variants(0).available(), 5);
  EXPECT_EQ(shop.product("harbour-tee").title(), "Quay Tee");
  EXPECT_EQ(shop.events(), std::vector<std::string>{"product.upserted " + before.id()});
  // The same again changes nothing.
  EXPECT_EQ(shop.get(shop.catalog().UpdateProduct(CatalogShop::staff(), request)).version(), 2);
  EXPECT_TRUE(shop.events().empty());
  request.clear_title();
  request.set_status(v1::Product::STATUS_ARCHIVED);
  shop.get(shop.catalog().UpdateProduct(CatalogShop::staff(), request));
  EXPECT_EQ(errorOf([&] { shop.product("harbour-tee"); }).code(), Code::kNotFound);
  request.set_title(" ");
  EXPECT_EQ(errorOf([&] { shop.get(shop.catalog().UpdateProduct(CatalogShop::staff(), request)); }).fields()[0].path,
            "title");
  request.set_id("prod_none");
  EXPECT_EQ(errorOf([&] { shop.get(shop.catalog().UpdateProduct(CatalogShop::staff(), request)); }).code(),
            Code::kNotFound);
}

TEST(Catalog, SetsPrices) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  shop.events();
  const v1::Product before = shop.product("harbour-tee");
  const v1::Variant changed = shop.setPrice(before.variants(0).id(), 1500);
  EXPECT_EQ(changed.price().amount(), 1500);
  EXPECT_FALSE(changed.has_compare_at_price());  // what is not sent is gone
  EXPECT_EQ(changed.available(), 5);
  const v1::Product after = shop.product("harbour-tee");
  EXPECT_EQ(after.version(), 2);
  EXPECT_EQ(after.variants(0).price().amount(), 1500);
  EXPECT_EQ(after.variants(1).price().amount(), 2100);
  EXPECT_EQ(
      shop.get(shop.catalog().QuoteVariants(CatalogShop::staff(), quoteRequest({"HT-S"}))).quotes(0).price().amount(),
      1500);
  EXPECT_EQ(shop.events(), std::vector<std::string>{"price.changed " + before.id()});
  EXPECT_EQ(errorOf([&] { shop.setPrice("var_none", 1); }).code(), Code::kNotFound);
  EXPECT_EQ(errorOf([&] { shop.setPrice(before.variants(0).id(), 1, "XQX"); }).fields()[0].path, "prices[0].currency");
  v1::SetPricesRequest twice;
  twice.set_id(before.variants(0).id());
  twice.add_prices()->set_currency("EUR");
  twice.add_prices()->set_currency("EUR");
  EXPECT_EQ(errorOf([&] { shop.get(shop.catalog().SetPrices(CatalogShop::staff(), twice)); }).fields()[0].path,
            "prices[1].currency");
}

// An edit behind the service's back is seen only when something makes it look.
TEST(Catalog, AProductThatWasReadIsReadAnewWhenItChanges) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  const v1::Product before = shop.product("harbour-tee");
  shop.edit("UPDATE product SET status = 'draft'");
  EXPECT_EQ(shop.product("harbour-tee").version(), before.version()) << "it was not kept";
  shop.inventory().stock["HT-S"].set_quantity(2);
  EXPECT_EQ(shop.product("harbour-tee").variants(0).available(), 2) << "what is available is never kept";
  shop.edit("UPDATE product SET status = 'active'");
  shop.setPrice(before.variants(0).id(), 1500);
  EXPECT_EQ(shop.product("harbour-tee").variants(0).price().amount(), 1500);
  shop.setPrice(before.variants(0).id(), 1700, "USD");
  EXPECT_EQ(shop.product("harbour-tee", "USD").variants(0).price().amount(), 1700);
  shop.setPrice(before.variants(0).id(), 1800, "USD");
  EXPECT_EQ(shop.product("harbour-tee", "USD").variants(0).price().amount(), 1800);
  EXPECT_EQ(shop.product("harbour-tee").variants(0).price().amount(), 1500);
}

TEST(Catalog, ARepeatedKeyChangesAPriceOnce) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  v1::SetPricesRequest request;
  request.set_id(shop.product("harbour-tee").variants(0).id());
  request.add_prices()->set_currency("EUR");
  request.mutable_prices(0)->set_amount(900);
  rpc::Context::Data data;
  data.idempotency = rpc::Idempotency{"staff PUT /prices", "key-12345678901234567890", "fingerprint"};
  const rpc::Context keyed(data);
  EXPECT_EQ(shop.get(shop.catalog().SetPrices(keyed, request)).price().amount(), 900);
  shop.setPrice(request.id(), 1000);
  EXPECT_EQ(shop.get(shop.catalog().SetPrices(keyed, request)).price().amount(), 900);  // the first answer
  EXPECT_EQ(shop.product("harbour-tee").variants(0).price().amount(), 1000);
}

TEST(Catalog, BadSettingsAreNamed) {
  EXPECT_NE(errorOf([] { CatalogShop shop("catalog: {currency: EURO}"); }).message().find("EURO"), std::string::npos);
  EXPECT_NE(errorOf([] { CatalogShop shop("catalog: {tax: {rates: {Germany: 190000}}}"); }).message().find("Germany"),
            std::string::npos);
}

}  // namespace
}  // namespace kontor::catalog
