// Reading products. A product is found by its columns and read as its document: one look-up, no joins.

#include <bit>
#include <map>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "services/catalog/store_sql.hpp"

namespace kontor::catalog {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kOnSaleByHandle = "SELECT document FROM product WHERE handle = $1 AND status = 'active'";
constexpr std::string_view kById = "SELECT document FROM product WHERE id = $1";
constexpr std::string_view kByVariant =
    "SELECT p.document FROM variant v JOIN product p ON p.id = v.product_id WHERE v.id = $1";
constexpr std::string_view kOnSale =
    "SELECT document FROM product WHERE status = 'active' AND id < $1 ORDER BY id DESC LIMIT $2";
constexpr std::string_view kOnSaleInCategory =
    "SELECT p.document FROM category c JOIN product_category pc ON pc.category_id = c.id "
    "JOIN product p ON p.id = pc.product_id "
    "WHERE c.name = $3 AND pc.product_id < $1 AND p.status = 'active' ORDER BY pc.product_id DESC LIMIT $2";
constexpr std::string_view kAll = "SELECT document FROM product WHERE id < $1 ORDER BY id DESC LIMIT $2";
constexpr std::string_view kAllInStatus =
    "SELECT document FROM product WHERE id < $1 AND status = $3 ORDER BY id DESC LIMIT $2";
constexpr std::string_view kCategories =
    "SELECT c.name, COUNT(*) FROM category c JOIN product_category pc ON pc.category_id = c.id "
    "JOIN product p ON p.id = pc.product_id WHERE p.status = 'active' GROUP BY c.name ORDER BY c.name";
constexpr std::string_view kPrices =
    "SELECT v.id, pr.amount, pr.compare_at FROM variant v JOIN price pr ON pr.variant_id = v.id "
    "WHERE pr.currency = $1 AND v.product_id IN ";
constexpr std::string_view kQuotes =
    "SELECT v.sku, v.id, v.product_id, p.title, v.title, p.handle, pr.amount, v.tax_class, v.requires_shipping, "
    "v.media_url, p.media_url FROM variant v JOIN product p ON p.id = v.product_id "
    "JOIN price pr ON pr.variant_id = v.id WHERE p.status = 'active' AND pr.currency = $1 AND v.sku IN ";
constexpr std::string_view kByHandles = "SELECT handle, document, source FROM product WHERE handle IN ";
constexpr std::string_view kStored = "SELECT document, source FROM product WHERE id < $1 ORDER BY id DESC LIMIT $2";
constexpr std::string_view kOwners =
    "SELECT v.sku, p.id, p.handle FROM variant v JOIN product p ON p.id = v.product_id WHERE v.sku IN ";
// Above every id: where a list begins.
constexpr std::string_view kNewest = "\xF4\x8F\xBF\xBF";

std::optional<v1::Product> firstOf(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return documentOf(rows.front().bytes(0));
}

std::vector<v1::Product> allOf(const Rows& rows) {
  std::vector<v1::Product> products;
  products.reserve(rows.size());
  for (const Row& row : rows) products.push_back(documentOf(row.bytes(0)));
  return products;
}

std::string startOf(std::string before_id) { return before_id.empty() ? std::string(kNewest) : std::move(before_id); }

v1::VariantQuote quoteOf(const Row& row, const std::string& currency) {
  v1::VariantQuote quote;
  quote.set_sku(row.text(0));
  quote.set_variant_id(row.text(1));
  quote.set_product_id(row.text(2));
  quote.set_product_title(row.text(3));
  quote.set_variant_title(row.text(4));
  quote.set_handle(row.text(5));
  quote.mutable_price()->set_amount(row.int64(6));
  quote.mutable_price()->set_currency(currency);
  quote.set_tax_class(row.text(7));
  quote.set_requires_shipping(row.boolean(8));
  quote.set_media_url(row.text(9).empty() ? row.text(10) : row.text(9));
  return quote;
}

}  // namespace

v1::Product documentOf(const std::string& bytes) {
  v1::Product product;
  if (!product.ParseFromString(bytes))
    throw Error(Code::kDataLoss, "DOCUMENT_BROKEN",
                "a product's stored document does not read; restore catalog's store from a backup, or import the "
                "product again");
  return product;
}

std::string inList(store::Params& values, const std::vector<std::string>& texts) {
  KONTOR_ASSERT(!texts.empty(), "a list in SQL has at least one value");
  const std::size_t first = values.size() + 1;
  const std::size_t size = std::bit_ceil(texts.size());
  std::string list = "(";
  for (std::size_t i = 0; i < size; ++i) {
    values.emplace_back(i < texts.size() ? texts[i] : texts.back());
    list.append(i == 0 ? "$" : ", $").append(std::to_string(first + i));
  }
  return list + ")";
}

task<std::optional<v1::Product>> StoreSql::findOnSale(store::Statements& in, std::string handle) {
  const Rows rows = co_await in.query(kOnSaleByHandle, params(std::move(handle)));
  co_return firstOf(rows);
}

task<std::optional<v1::Product>> StoreSql::findProduct(store::Statements& in, std::string id) {
  const Rows rows = co_await in.query(kById, params(std::move(id)));
  co_return firstOf(rows);
}

task<std::optional<v1::Product>> StoreSql::findByVariant(store::Statements& in, std::string variant_id) {
  const Rows rows = co_await in.query(kByVariant, params(std::move(variant_id)));
  co_return firstOf(rows);
}

task<std::vector<v1::Product>> StoreSql::listOnSale(store::Statements& in, std::string category, std::string before_id,
                                                    std::int64_t limit) {
  store::Params values = params(startOf(std::move(before_id)), limit);
  std::string_view sql = kOnSale;
  if (!category.empty()) {
    sql = kOnSaleInCategory;
    values.emplace_back(std::move(category));
  }
  const Rows rows = co_await in.query(sql, std::move(values));
  co_return allOf(rows);
}

task<std::vector<v1::Product>> StoreSql::listAll(store::Statements& in, v1::Product::Status status,
                                                 std::string before_id, std::int64_t limit) {
  store::Params values = params(startOf(std::move(before_id)), limit);
  std::string_view sql = kAll;
  if (status != v1::Product::STATUS_UNSPECIFIED) {
    sql = kAllInStatus;
    values.emplace_back(statusName(status));
  }
  const Rows rows = co_await in.query(sql, std::move(values));
  co_return allOf(rows);
}

task<std::vector<v1::Category>> StoreSql::listCategories(store::Statements& in) {
  const Rows rows = co_await in.query(kCategories, params());
  std::vector<v1::Category> categories;
  for (const Row& row : rows) {
    v1::Category& category = categories.emplace_back();
    category.set_name(row.text(0));
    category.set_products(row.int64(1));
  }
  co_return categories;
}

task<PriceList> StoreSql::pricesOf(store::Statements& in, std::vector<std::string> product_ids, std::string currency) {
  store::Params values = params(std::move(currency));
  const std::string sql = std::string(kPrices) + inList(values, product_ids);
  const Rows rows = co_await in.query(sql, std::move(values));
  PriceList prices;
  for (const Row& row : rows) prices.emplace(row.text(0), Price{row.int64(1), row.optionalInt64(2)});
  co_return prices;
}

task<std::vector<v1::VariantQuote>> StoreSql::quote(store::Statements& in, std::vector<std::string> skus,
                                                    std::string currency) {
  store::Params values = params(currency);
  const std::string sql = std::string(kQuotes) + inList(values, skus);
  const Rows rows = co_await in.query(sql, std::move(values));
  std::map<std::string, v1::VariantQuote> by_sku;
  for (const Row& row : rows) by_sku.emplace(row.text(0), quoteOf(row, currency));
  std::vector<v1::VariantQuote> quotes;  // in the order of the question, each sku once
  for (const std::string& sku : skus) {
    const auto found = by_sku.find(sku);
    if (found == by_sku.end()) continue;
    quotes.push_back(std::move(found->second));
    by_sku.erase(found);
  }
  co_return quotes;
}

task<std::unordered_map<std::string, StoredProduct>> StoreSql::findByHandles(store::Statements& in,
                                                                             std::vector<std::string> handles) {
  store::Params values;
  const std::string sql = std::string(kByHandles) + inList(values, handles);
  const Rows rows = co_await in.query(sql, std::move(values));
  std::unordered_map<std::string, StoredProduct> products;
  for (const Row& row : rows) {
    StoredProduct& stored = products[row.text(0)];
    stored.product = documentOf(row.bytes(1));
    KONTOR_ASSERT(stored.source.ParseFromString(row.bytes(2)), "what a file said of a product reads back");
  }
  co_return products;
}

task<std::vector<StoredProduct>> StoreSql::listStored(store::Statements& in, std::string before_id,
                                                      std::int64_t limit) {
  const Rows rows = co_await in.query(kStored, params(startOf(std::move(before_id)), limit));
  std::vector<StoredProduct> products;
  products.reserve(rows.size());
  for (const Row& row : rows) {
    StoredProduct& stored = products.emplace_back();
    stored.product = documentOf(row.bytes(0));
    KONTOR_ASSERT(stored.source.ParseFromString(row.bytes(1)), "what a file said of a product reads back");
  }
  co_return products;
}

task<SkuOwners> StoreSql::ownersOf(store::Statements& in, std::vector<std::string> skus) {
  store::Params values;
  const std::string sql = std::string(kOwners) + inList(values, skus);
  const Rows rows = co_await in.query(sql, std::move(values));
  SkuOwners owners;
  for (const Row& row : rows) owners.emplace(row.text(0), SkuOwner{row.text(1), row.text(2)});
  co_return owners;
}

}  // namespace kontor::catalog
