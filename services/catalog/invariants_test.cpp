#include <gtest/gtest.h>

#include <algorithm>

#include "chassis/json/wellknown.hpp"
#include "services/catalog/catalog_test.hpp"

namespace kontor::catalog {
namespace {

const std::string kTee =
    "harbour-tee,Harbour Tee,<p>Soft.</p>,Quay,Tee,soft,true,Size,S,HT-S,150,shopify,5,deny,19.90,25.00,true,"
    "/media/tee.svg,1,\n";

/// Edits behind the service's back, and the one line that must be said of them; %V stands for the id of the variant
/// HT-S, %P for its product's.
struct Plant {
  std::vector<std::string> edits;
  std::string said;
};

const std::vector<Plant> kPlants = {
    {{"UPDATE variant SET product_id = 'prod_x' WHERE id = '%V'"},
     "catalog: every variant belongs to a product: variant %V (sku HT-S) belongs to none"},
    {{"CREATE TABLE bare AS SELECT * FROM variant", "DROP TABLE variant", "ALTER TABLE bare RENAME TO variant",
      "UPDATE variant SET sku = 'HT-S' WHERE sku = 'O-1'"},
     "catalog: no two variants share a sku: sku HT-S is shared by 2 variants"},
    {{"INSERT INTO price VALUES ('var_x', 'EUR', 100, NULL)"},
     "catalog: every price is of a variant: a price of 100 EUR is of the variant var_x, which is not there"},
    {{"INSERT INTO product_category VALUES ('%P', 'cat_x')"},
     "catalog: products are filed in categories that are there: product %P in category cat_x: one of them is not "
     "there"},
    {{"UPDATE import_job SET id = 'imp_x', ended_at = NULL"},
     "catalog: an import has its end when it has ended: import imp_x is done, but its end says otherwise"},
    {{"UPDATE import_job SET id = 'imp_x', state = 'running', ended_at = NULL, created_at = 0"},
     "catalog: every import ends: import imp_x is running since 1970-01-01T00:00:00Z"},
    {{"DELETE FROM price WHERE variant_id = '%V'"},
     "catalog: every variant has a price in the shop's currency: variant %V (sku HT-S) has none in EUR"},
    {{"UPDATE price SET amount = 1 WHERE variant_id = '%V'"},
     "catalog: each product's document says what its rows say: product %P (harbour-tee): variant %V (sku HT-S)"},
    {{"UPDATE product SET status = 'draft' WHERE id = '%P'"},
     "catalog: each product's document says what its rows say: product %P (harbour-tee): its status"},
    {{"UPDATE product SET version = 9 WHERE id = '%P'"},
     "catalog: each product's document says what its rows say: product %P (harbour-tee): its version"}};

std::string filledIn(std::string text, const v1::Product& product) {
  const auto put = [&text](std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, 2, value);
  };
  put("%V", product.variants(0).id());
  put("%P", product.id());
  return text;
}

std::vector<std::string> violations(CatalogShop& shop) {
  type::v1::CheckInvariantsRequest request;
  *request.mutable_as_of() = toTimestamp(shop.host().environment().clock().now());
  const auto answer = shop.get(shop.catalog().CheckInvariants(CatalogShop::staff(), request));
  std::vector<std::string> found;
  for (const auto& invariant : answer.invariants())
    for (const std::string& line : invariant.violations()) found.push_back(invariant.name() + ": " + line);
  return found;
}

TEST(Invariants, NameWhatWasEdited) {
  for (const Plant& plant : kPlants) {
    CatalogShop shop;
    shop.import(kClassic + kTee + row("other", "O-1"));
    ASSERT_EQ(violations(shop), std::vector<std::string>());
    const v1::Product product = shop.product("harbour-tee");
    for (const std::string& edit : plant.edits) shop.edit(filledIn(edit, product));
    const std::vector<std::string> found = violations(shop);
    const std::string said = filledIn(plant.said, product);
    EXPECT_NE(std::find(found.begin(), found.end(), said), found.end()) << said << "\n" << found.size() << " lines";
  }
}

}  // namespace
}  // namespace kontor::catalog
