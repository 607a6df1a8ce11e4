// Writing products: the document and the rows it is found by change in one transaction.

#include "chassis/runtime/environment.hpp"
#include "services/catalog/store_sql.hpp"

namespace kontor::catalog {
namespace {

using store::Bytes;
using store::params;

constexpr std::string_view kAdd =
    "INSERT INTO product (id, handle, status, title, vendor, type, media_url, version, created_at, updated_at, "
    "document, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr std::string_view kUpdate =
    "UPDATE product SET status = $3, title = $4, vendor = $5, type = $6, media_url = $7, version = $8, "
    "updated_at = $9, document = $10 WHERE id = $1 AND version = $2";
constexpr std::string_view kPutSource = "UPDATE product SET source = $2 WHERE id = $1";
constexpr std::string_view kPutVariant =
    "INSERT INTO variant (id, product_id, position, sku, title, barcode, tax_class, requires_shipping, media_url) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET position = excluded.position, "
    "sku = excluded.sku, title = excluded.title, barcode = excluded.barcode, tax_class = excluded.tax_class, "
    "requires_shipping = excluded.requires_shipping, media_url = excluded.media_url";
constexpr std::string_view kPutPrice =
    "INSERT INTO price (variant_id, currency, amount, compare_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount, compare_at = excluded.compare_at";
constexpr std::string_view kAddCategory =
    "INSERT INTO category (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
constexpr std::string_view kFindCategory = "SELECT id FROM category WHERE name = $1";
constexpr std::string_view kClearCategories = "DELETE FROM product_category WHERE product_id = $1";
constexpr std::string_view kPutCategory =
    "INSERT INTO product_category (product_id, category_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

std::int64_t microsOf(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000;
}

}  // namespace

task<void> StoreSql::addProduct(store::Transaction& in, const StoredProduct& stored) {
  const v1::Product& product = stored.product;
  store::Params values =
      params(product.id(), product.handle(), statusName(product.status()), product.title(), product.vendor(),
             product.type(), pictureOf(product), product.version(), microsOf(product.created_at()),
             microsOf(product.updated_at()), Bytes{serialised(product)}, Bytes{serialised(stored.source)});
  co_await in.execute(kAdd, std::move(values));
  co_await putVariants(in, product);
  co_await putCategories(in, product);
}

task<bool> StoreSql::replaceProduct(store::Transaction& in, const StoredProduct& stored, std::int64_t from_version) {
  const bool updated = co_await updateProduct(in, stored.product, from_version);
  if (!updated) co_return false;
  co_await in.execute(kPutSource, params(stored.product.id(), Bytes{serialised(stored.source)}));
  co_await putVariants(in, stored.product);
  co_await in.execute(kClearCategories, params(stored.product.id()));
  co_await putCategories(in, stored.product);
  co_return true;
}

task<bool> StoreSql::updateProduct(store::Transaction& in, const v1::Product& product, std::int64_t from_version) {
  store::Params values = params(product.id(), from_version, statusName(product.status()), product.title(),
                                product.vendor(), product.type(), pictureOf(product), product.version(),
                                microsOf(product.updated_at()), Bytes{serialised(product)});
  const std::int64_t updated = co_await in.execute(kUpdate, std::move(values));
  co_return updated == 1;
}

task<void> StoreSql::putVariants(store::Transaction& in, const v1::Product& product) {
  std::int64_t position = 0;
  for (const v1::Variant& variant : product.variants()) {
    store::Params values =
        params(variant.id(), product.id(), ++position, variant.sku(), variant.title(), variant.barcode(),
               variant.tax_class(), variant.requires_shipping(), variant.media_url());
    co_await in.execute(kPutVariant, std::move(values));
    const Price price = priceOf(variant);
    co_await putPrice(in, variant.id(), price, variant.price().currency());
  }
}

task<void> StoreSql::putPrice(store::Transaction& in, std::string variant_id, const Price& price,
                              std::string currency) {
  store::Params values = params(std::move(variant_id), std::move(currency), price.amount, price.compare_at);
  co_await in.execute(kPutPrice, std::move(values));
}

task<void> StoreSql::putCategories(store::Transaction& in, const v1::Product& product) {
  for (const std::string& name : product.categories()) {
    store::Rows rows = co_await in.query(kFindCategory, params(name));
    if (rows.empty()) {
      co_await in.execute(kAddCategory, params(environment_.newId("cat_"), name, in.now()));
      rows = co_await in.query(kFindCategory, params(name));
    }
    co_await in.execute(kPutCategory, params(product.id(), rows.front().text(0)));
  }
}

}  // namespace kontor::catalog
