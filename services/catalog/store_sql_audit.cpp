// What the invariants look at: rows and documents side by side.

#include <map>

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
constexpr std::string_view kCount = "SELECT COUNT(*) FROM variant";
constexpr std::string_view kOrphans =
    "SELECT v.id, v.sku FROM variant v WHERE NOT EXISTS (SELECT 1 FROM product p WHERE p.id = v.product_id) "
    "ORDER BY v.id LIMIT $1";
constexpr std::string_view kShared = "SELECT sku FROM variant GROUP BY sku HAVING COUNT(*) > 1 ORDER BY sku LIMIT $1";
constexpr std::string_view kUnpriced =
    "SELECT v.id, v.sku FROM variant v WHERE NOT EXISTS "
    "(SELECT 1 FROM price pr WHERE pr.variant_id = v.id AND pr.currency = $2) ORDER BY v.id LIMIT $1";

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

std::vector<v1::Variant> namedVariants(const Rows& rows) {
  std::vector<v1::Variant> variants;
  for (const Row& row : rows) {
    v1::Variant& variant = variants.emplace_back();
    variant.set_id(row.text(0));
    variant.set_sku(row.text(1));
  }
  return variants;
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

task<std::int64_t> StoreSql::countVariants(store::Statements& in) {
  const Rows rows = co_await in.query(kCount, params());
  co_return rows.front().int64(0);
}

task<std::vector<v1::Variant>> StoreSql::orphans(store::Statements& in, std::int64_t limit) {
  const Rows rows = co_await in.query(kOrphans, params(limit));
  co_return namedVariants(rows);
}

task<std::vector<std::string>> StoreSql::sharedSkus(store::Statements& in, std::int64_t limit) {
  const Rows rows = co_await in.query(kShared, params(limit));
  std::vector<std::string> skus;
  for (const Row& row : rows) skus.push_back(row.text(0));
  co_return skus;
}

task<std::vector<v1::Variant>> StoreSql::unpriced(store::Statements& in, std::string currency, std::int64_t limit) {
  const Rows rows = co_await in.query(kUnpriced, params(limit, std::move(currency)));
  co_return namedVariants(rows);
}

}  // namespace kontor::catalog
