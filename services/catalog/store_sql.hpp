#pragma once

#include <string>
#include <vector>

#include "chassis/store/sql.hpp"
#include "services/catalog/store.hpp"

namespace kontor::runtime {
class Environment;
}

namespace kontor::catalog {

/// The store of catalog in SQL, one text per query for SQLite and PostgreSQL. Its parts lie in store_sql_products.cpp
/// (reads), store_sql_writes.cpp, store_sql_imports.cpp and store_sql_audit.cpp. Thread-safe: it keeps no state.
class StoreSql final : public Store {
 public:
  /// `environment` draws the ids of categories and must outlive the store.
  explicit StoreSql(runtime::Environment& environment) : environment_(environment) {}

  task<std::optional<v1::Product>> findOnSale(store::Statements& in, std::string handle) override;
  task<std::optional<v1::Product>> findProduct(store::Statements& in, std::string id) override;
  task<std::optional<v1::Product>> findByVariant(store::Statements& in, std::string variant_id) override;
  task<std::vector<v1::Product>> listOnSale(store::Statements& in, std::string category, std::string before_id,
                                            std::int64_t limit) override;
  task<std::vector<v1::Product>> listAll(store::Statements& in, v1::Product::Status status, std::string before_id,
                                         std::int64_t limit) override;
  task<std::vector<v1::Category>> listCategories(store::Statements& in) override;
  task<PriceList> pricesOf(store::Statements& in, std::vector<std::string> product_ids, std::string currency) override;
  task<std::vector<v1::VariantQuote>> quote(store::Statements& in, std::vector<std::string> skus,
                                            std::string currency) override;
  task<std::unordered_map<std::string, StoredProduct>> findByHandles(store::Statements& in,
                                                                     std::vector<std::string> handles) override;
  task<SkuOwners> ownersOf(store::Statements& in, std::vector<std::string> skus) override;

  task<void> addProduct(store::Transaction& in, const StoredProduct& stored) override;
  task<bool> replaceProduct(store::Transaction& in, const StoredProduct& stored, std::int64_t from_version) override;
  task<bool> updateProduct(store::Transaction& in, const v1::Product& product, std::int64_t from_version) override;
  task<void> putPrice(store::Transaction& in, std::string variant_id, const Price& price,
                      std::string currency) override;

  task<std::optional<std::string>> addImport(store::Transaction& in, const NewImport& import) override;
  task<std::optional<v1::ImportJob>> findImport(store::Statements& in, std::string id) override;
  task<void> updateImport(store::Transaction& in, const v1::ImportJob& job, const FileHabits& habits,
                          const std::vector<v1::ImportError>& errors, std::int64_t first_number) override;
  task<void> putImportHeader(store::Transaction& in, std::string id, std::string header) override;
  task<bool> endImport(store::Transaction& in, std::string id, std::string failure) override;
  task<std::vector<std::string>> failRunningImports(store::Transaction& in, std::string failure) override;

  task<std::vector<StoredProduct>> listStored(store::Statements& in, std::string before_id,
                                              std::int64_t limit) override;
  task<std::vector<ImportedFile>> importedFiles(store::Statements& in) override;

  task<std::vector<ProductRow>> productRows(store::Statements& in, std::string after_id, std::string currency,
                                            std::int64_t limit) override;
  task<std::vector<store::Audit>> audit(store::Statements& in, std::string currency, Time now) override;

 private:
  task<void> putVariants(store::Transaction& in, const v1::Product& product);
  task<void> putCategories(store::Transaction& in, const v1::Product& product);

  runtime::Environment& environment_;
};

/// The product in a `document` column. Throws DATA_LOSS when it does not read.
v1::Product documentOf(const std::string& bytes);

/// Appends `texts` to `values` and returns the right side of an IN over them, "($3, $4, …)". Filled up to a power of
/// two by repeating the last text, so that few different statements have to be prepared. `texts` has at least one.
std::string inList(store::Params& values, const std::vector<std::string>& texts);

}  // namespace kontor::catalog
