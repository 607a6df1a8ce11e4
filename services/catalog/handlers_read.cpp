// The half of the contract that only reads: one or two look-ups of whole documents, then one question to inventory.

#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/page.hpp"
#include "chassis/store/sql.hpp"
#include "services/catalog/availability.hpp"
#include "services/catalog/exporter.hpp"
#include "services/catalog/handlers.hpp"
#include "services/catalog/invariants.hpp"
#include "services/catalog/shelf.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {

task<v1::ListProductsResponse> Handlers::ListProducts(rpc::Context context, v1::ListProductsRequest request) {
  const std::string currency = currencyOr(request.currency(), parts_.currency);
  std::string list = "catalog.products:" + request.category();
  const std::int64_t size = store::pageSize(request.page_size());
  const std::string before = store::pageCursor(parts_.sealer, list, request.page_token());
  auto read = [this, category = request.category(), before, size,
               currency](store::Statements& in) -> task<std::vector<v1::Product>> {
    std::vector<v1::Product> products = co_await parts_.store->listOnSale(in, category, before, size + 1);
    co_return co_await inCurrency(in, std::move(products), currency);
  };
  std::vector<v1::Product> products = co_await parts_.database->snapshot(std::move(read));
  co_return co_await page(std::move(context), std::move(products), size, std::move(list));
}

task<v1::Product> Handlers::GetProduct(rpc::Context context, v1::GetProductRequest request) {
  const std::string currency = currencyOr(request.currency(), parts_.currency);
  std::optional<v1::Product> product = parts_.shelf->find(request.handle(), currency);
  if (!product) {
    const app::Freshness::Moment before = parts_.shelf->now();
    task<v1::Product> reading = readOnSale(request.handle(), currency);
    product = co_await reading;
    parts_.shelf->put(request.handle(), currency, *product, before);
  }
  std::vector<v1::Variant*> variants;
  collectVariants(*product, variants);
  co_await addAvailability(parts_.inventory, std::move(context), std::move(variants));
  co_return std::move(*product);
}

task<v1::Product> Handlers::readOnSale(std::string handle, std::string currency) {
  auto read = [this, handle, currency](store::Statements& in) -> task<std::vector<v1::Product>> {
    std::optional<v1::Product> product = co_await parts_.store->findOnSale(in, handle);
    if (!product) throw notFound("product", handle);
    std::vector<v1::Product> products;
    products.push_back(std::move(*product));
    co_return co_await inCurrency(in, std::move(products), currency);
  };
  std::vector<v1::Product> products = co_await parts_.database->snapshot(std::move(read));
  co_return std::move(products.front());
}

// Documents hold the shop's own prices; those of other currencies are looked up for the whole page.
task<std::vector<v1::Product>> Handlers::inCurrency(store::Statements& in, std::vector<v1::Product> products,
                                                    std::string currency) {
  std::vector<std::string> ids;
  for (const v1::Product& product : products)
    if (!pricedIn(product, currency)) ids.push_back(product.id());
  if (ids.empty()) co_return products;
  const PriceList prices = co_await parts_.store->pricesOf(in, std::move(ids), currency);
  for (v1::Product& product : products)
    if (!pricedIn(product, currency)) showPrices(product, prices, currency);
  co_return products;
}

// `products` may hold one more than the page shows.
task<v1::ListProductsResponse> Handlers::page(rpc::Context context, std::vector<v1::Product> products,
                                              std::int64_t size, std::string list) {
  v1::ListProductsResponse response;
  if (products.size() > static_cast<std::size_t>(size)) {
    products.resize(static_cast<std::size_t>(size));
    response.set_next_page_token(store::pageToken(parts_.sealer, list, products.back().id()));
  }
  std::vector<v1::Variant*> variants;
  for (v1::Product& product : products) {
    v1::Product& added = *response.add_products();
    added = std::move(product);
    collectVariants(added, variants);
  }
  co_await addAvailability(parts_.inventory, std::move(context), std::move(variants));
  co_return response;
}

task<v1::ListCategoriesResponse> Handlers::ListCategories(rpc::Context, v1::ListCategoriesRequest) {
  auto read = [this](store::Statements& in) { return parts_.store->listCategories(in); };
  std::vector<v1::Category> categories = co_await parts_.database->snapshot(std::move(read));
  v1::ListCategoriesResponse response;
  for (v1::Category& category : categories) *response.add_categories() = std::move(category);
  co_return response;
}

task<v1::QuoteVariantsResponse> Handlers::QuoteVariants(rpc::Context, v1::QuoteVariantsRequest request) {
  json::Reader faults;
  validate(request, faults);
  faults.finish();
  std::vector<std::string> skus(request.skus().begin(), request.skus().end());
  std::vector<v1::VariantQuote> quotes =
      co_await parts_.store->quote(*parts_.database, std::move(skus), request.currency());
  v1::QuoteVariantsResponse response;
  for (v1::VariantQuote& quote : quotes) {
    quote.set_tax_ppm(parts_.taxes.ppm(request.country(), quote.tax_class()));
    *response.add_quotes() = std::move(quote);
  }
  co_return response;
}

task<v1::ListProductsResponse> Handlers::ListAllProducts(rpc::Context context, v1::ListAllProductsRequest request) {
  std::string list = "catalog.all:" + std::to_string(request.status());
  const std::int64_t size = store::pageSize(request.page_size());
  const std::string before = store::pageCursor(parts_.sealer, list, request.page_token());
  auto read = [this, status = request.status(), before, size](store::Statements& in) {
    return parts_.store->listAll(in, status, before, size + 1);
  };
  std::vector<v1::Product> products = co_await parts_.database->snapshot(std::move(read));
  co_return co_await page(std::move(context), std::move(products), size, std::move(list));
}

task<v1::Product> Handlers::GetAnyProduct(rpc::Context context, v1::GetAnyProductRequest request) {
  auto read = [this, id = request.id()](store::Statements& in) { return parts_.store->findProduct(in, id); };
  std::optional<v1::Product> product = co_await parts_.database->snapshot(std::move(read));
  if (!product) throw notFound("product", request.id());
  std::vector<v1::Variant*> variants;
  collectVariants(*product, variants);
  co_await addAvailability(parts_.inventory, std::move(context), std::move(variants));
  co_return std::move(*product);
}

task<v1::ImportJob> Handlers::GetImport(rpc::Context, v1::GetImportRequest request) {
  auto read = [this, id = request.id()](store::Statements& in) { return parts_.store->findImport(in, id); };
  std::optional<v1::ImportJob> job = co_await parts_.database->snapshot(std::move(read));
  if (!job) throw notFound("import", request.id());
  co_return std::move(*job);
}

task<v1::ExportProductsResponse> Handlers::ExportProducts(rpc::Context context, v1::ExportProductsRequest request) {
  return parts_.exporter->run(std::move(context), std::move(request));
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  CheckParts parts{parts_.database, parts_.store, parts_.sealer, parts_.currency};
  return checkInvariants(std::move(parts), toTime(request.as_of()));
}

}  // namespace kontor::catalog
