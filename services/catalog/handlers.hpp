#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/catalog/domain.hpp"

namespace kontor::inventory::v1 {
class Inventory;
}
namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
class Statements;
class Transaction;
}  // namespace kontor::store

namespace kontor::catalog {

class Exporter;
class Importer;
struct NewImport;
class Shelf;
class Store;

/// What the handlers are made of; all of it outlives them.
struct HandlerParts {
  runtime::Environment& environment;
  const security::Sealer& sealer;
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  std::shared_ptr<inventory::v1::Inventory> inventory;
  std::shared_ptr<Importer> importer;
  std::shared_ptr<Exporter> exporter;
  std::shared_ptr<Shelf> shelf;
  std::string currency;  // of the shop
  TaxRates taxes;
};

/// The contract of catalog over its store. Thread-safe.
class Handlers final : public v1::Catalog {
 public:
  explicit Handlers(HandlerParts parts) : parts_(std::move(parts)) {}

  task<v1::ListProductsResponse> ListProducts(rpc::Context context, v1::ListProductsRequest request) override;
  task<v1::Product> GetProduct(rpc::Context context, v1::GetProductRequest request) override;
  task<v1::ListCategoriesResponse> ListCategories(rpc::Context context, v1::ListCategoriesRequest request) override;
  task<v1::QuoteVariantsResponse> QuoteVariants(rpc::Context context, v1::QuoteVariantsRequest request) override;
  task<v1::ListProductsResponse> ListAllProducts(rpc::Context context, v1::ListAllProductsRequest request) override;
  task<v1::Product> GetAnyProduct(rpc::Context context, v1::GetAnyProductRequest request) override;
  task<v1::Product> UpdateProduct(rpc::Context context, v1::UpdateProductRequest request) override;
  task<v1::Variant> SetPrices(rpc::Context context, v1::SetPricesRequest request) override;
  task<v1::ImportJob> ImportProducts(rpc::Context context, v1::ImportProductsRequest request) override;
  task<v1::ImportJob> GetImport(rpc::Context context, v1::GetImportRequest request) override;
  task<v1::ExportProductsResponse> ExportProducts(rpc::Context context, v1::ExportProductsRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;

 private:
  task<v1::ImportJob> addImport(rpc::Context context, std::shared_ptr<const NewImport> begun);
  task<v1::Product> readOnSale(std::string handle, std::string currency);
  task<std::vector<v1::Product>> inCurrency(store::Statements& in, std::vector<v1::Product> products,
                                            std::string currency);
  task<v1::ListProductsResponse> page(rpc::Context context, std::vector<v1::Product> products, std::int64_t size,
                                      std::string list);
  task<v1::Product> update(store::Transaction& in, const v1::UpdateProductRequest& request,
                           const rpc::Context& context);
  task<v1::Variant> setPrices(store::Transaction& in, const v1::SetPricesRequest& request, const rpc::Context& context);

  HandlerParts parts_;
};

}  // namespace kontor::catalog
