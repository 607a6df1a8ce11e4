// What the invariants look at: rows and documents side by side.

#include <array>
#include <map>

#include "chassis/store/audit.hpp"
#include "services/catalog/store_sql.hpp"

namespace kontor::catalog {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kProducts =
    "SELECT id, handle, status, title, vendor, type, media_url, version, document FROM product WHERE id > $1 "
    "ORDER BY id LIMIT $2";
constexpr std::string_view kVariants =
    "SELECT v.product_id, v.id, v.sku, v.title, v.barcode, v.tax_class, v.requires_shipping, v.media_url, pr.amount, "
    "pr.compare_at FROM variant v LEFT JOIN price pr ON pr.variant_id = v.id AND pr.currency = $3 "
    "WHERE v.product_id >= $1 AND v.product_id <= $2 ORDER BY v.product_id, v.position";
constexpr std::string_view kCountVariants = "SELECT COUNT(*) FROM variant";
constexpr std::string_view kOrphans =
    "SELECT v.id, v.sku FROM variant v WHERE NOT EXISTS (SELECT 1 FROM product p WHERE p.id = v.product_id) "
    "ORDER BY v.id LIMIT 20";
constexpr std::string_view kShared =
    "SELECT sku, COUNT(*) FROM variant GROUP BY sku HAVING COUNT(*) > 1 ORDER BY sku LIMIT 20";
constexpr std::string_view kUnpriced =
    "SELECT v.id, v.sku FROM variant v WHERE NOT EXISTS "
    "(SELECT 1 FROM price pr WHERE pr.variant_id = v.id AND pr.currency = $1) ORDER BY v.id LIMIT 20";
constexpr std::string_view kCountPrices = "SELECT COUNT(*) FROM price";
constexpr std::string_view kStrayPrices =
    "SELECT pr.variant_id, pr.currency, pr.amount FROM price pr WHERE NOT EXISTS "
    "(SELECT 1 FROM variant v WHERE v.id = pr.variant_id) ORDER BY pr.variant_id, pr.currency LIMIT 20";
constexpr std::string_view kCountFiled = "SELECT COUNT(*) FROM product_category";
constexpr std::string_view kStrayFiled =
    "SELECT f.product_id, f.category_id FROM product_category f WHERE NOT EXISTS "
    "(SELECT 1 FROM product p WHERE p.id = f.product_id) OR NOT EXISTS "
    "(SELECT 1 FROM category c WHERE c.id = f.category_id) ORDER BY f.product_id, f.category_id LIMIT 20";
constexpr std::string_view kCountImports = "SELECT COUNT(*) FROM import_job";
constexpr std::string_view kHalfEnded =
    "SELECT id, state FROM import_job WHERE (state = 'running') <> (ended_at IS NULL) ORDER BY id LIMIT 20";
constexpr std::string_view kEndlessImports =
    "SELECT id, created_at FROM import_job WHERE state = 'running' AND created_at < $1 ORDER BY id LIMIT 20";
// Twice what the largest file that the edge takes needs on a slow disk.
constexpr Duration kLongestImport = std::chrono::hours(2);

std::string variantName(const Row& row) { return "variant " + row.text(0) + " (sku " + row.text(1) + ")"; }
std::string orphanLine(const Row& row) { return variantName(row) + " belongs to none"; }
std::string sharedLine(const Row& row) {
  return "sku " + row.text(0) + " is shared by " + store::number(row, 1) + " variants";
}
std::string strayPrice(const Row& row) {
  return "a price of " + store::number(row, 2) + " " + row.text(1) + " is of the variant " + row.text(0) +
         ", which is not there";
}
std::string strayFiled(const Row& row) {
  return "product " + row.text(0) + " in category " + row.text(1) + ": one of them is not there";
}
std::string halfEnded(const Row& row) {
  return "import " + row.text(0) + " is " + row.text(1) + ", but its end says otherwise";
}
std::string endlessImport(const Row& row) {
  return "import " + row.text(0) + " is running since " + formatRfc3339(row.time(1));
}

constexpr std::array<store::Rule, 6> kRules{
    {{"catalog: every variant belongs to a product", kCountVariants, kOrphans, orphanLine},
     {"catalog: no two variants share a sku", kCountVariants, kShared, sharedLine},
     {"catalog: every price is of a variant", kCountPrices, kStrayPrices, strayPrice},
     {"catalog: products are filed in categories that are there", kCountFiled, kStrayFiled, strayFiled},
     {"catalog: an import has its end when it has ended", kCountImports, kHalfEnded, halfEnded},
     {"catalog: every import ends", kCountImports, kEndlessImports, endlessImport, kLongestImport}}};

ProductRow productRowOf(const Row& row) {
  ProductRow product;
  product.columns.set_id(row.text(0));
  product.columns.set_handle(row.text(1));
  product.columns.set_status(statusNamed(row.text(2)));
  product.columns.set_title(row.text(3));
  product.columns.set_vendor(row.text(4));
  product.columns.set_type(row.text(5));
  product.media_url = row.text(6);
  product.columns.set_version(row.int64(7));
  product.document = documentOf(row.bytes(8));
  return product;
}

VariantRow variantRowOf(const Row& row, const std::string& currency) {
  VariantRow variant;
  variant.product_id = row.text(0);
  variant.variant.set_id(row.text(1));
  variant.variant.set_sku(row.text(2));
  variant.variant.set_title(row.text(3));
  variant.variant.set_barcode(row.text(4));
  variant.variant.set_tax_class(row.text(5));
  variant.variant.set_requires_shipping(row.boolean(6));
  variant.variant.set_media_url(row.text(7));
  variant.priced = !row.isNull(8);
  if (variant.priced) setPrice(variant.variant, Price{row.int64(8), row.optionalInt64(9)}, currency);
  return variant;
}

}  // namespace

task<std::vector<ProductRow>> StoreSql::productRows(store::Statements& in, std::string after_id, std::string currency,
                                                    std::int64_t limit) {
  const Rows rows = co_await in.query(kProducts, params(std::move(after_id), limit));
  std::vector<ProductRow> products;
  if (rows.empty()) co_return products;
  for (const Row& row : rows) products.push_back(productRowOf(row));
  store::Params range = params(products.front().columns.id(), products.back().columns.id(), currency);
  const Rows variants = co_await in.query(kVariants, std::move(range));
  std::map<std::string_view, ProductRow*> by_id;
  for (ProductRow& product : products) by_id.emplace(product.columns.id(), &product);
  for (const Row& row : variants) {
    const auto product = by_id.find(row.text(0));
    if (product != by_id.end()) product->second->variants.push_back(variantRowOf(row, currency));
  }
  co_return products;
}

task<std::vector<store::Audit>> StoreSql::audit(store::Statements& in, std::string currency, Time now) {
  std::vector<store::Audit> audits = co_await store::auditRules(in, kRules, now);
  store::Audit priced("catalog: every variant has a price in the shop's currency");
  const Rows counted = co_await in.query(kCountVariants, params());
  priced.checked = counted.at(0).int64(0);
  const Rows unpriced = co_await in.query(kUnpriced, params(currency));
  for (const Row& row : unpriced) priced.violate(variantName(row) + " has none in " + currency);
  audits.push_back(std::move(priced));
  co_return audits;
}

}  // namespace kontor::catalog
