#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "services/catalog/domain.hpp"
#include "services/catalog/merge.hpp"

namespace kontor::store {
struct Audit;
class Statements;
class Transaction;
}  // namespace kontor::store

namespace kontor::catalog {

/// An import as it begins.
struct NewImport {
  v1::ImportJob job;
  std::string actor;
  std::string blob;  // the spooled file to delete at the end; may be empty
};

/// A product file that was imported, as an export wants to follow it.
struct ImportedFile {
  std::string header;  // the names of its columns, a JSON list
  std::int64_t refused = 0;
  FileHabits habits;
};

/// A variant's row beside its product's document, with its price in the shop's currency.
struct VariantRow {
  std::string product_id;
  v1::Variant variant;
  bool priced = false;
};

/// A product's row beside its document.
struct ProductRow {
  v1::Product columns;  // what the columns say
  std::string media_url;
  v1::Product document;
  std::vector<VariantRow> variants;  // by position
};

/// What catalog needs of a store. Reads run on a snapshot or in a transaction, writes in a transaction of the caller's.
/// Products are read whole, as their documents. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Products.
  virtual task<std::optional<v1::Product>> findOnSale(store::Statements& in, std::string handle) = 0;
  virtual task<std::optional<v1::Product>> findProduct(store::Statements& in, std::string id) = 0;
  virtual task<std::optional<v1::Product>> findByVariant(store::Statements& in, std::string variant_id) = 0;
  /// Newest first, from after `before_id` (empty: from the newest); only those of `category` unless it is empty.
  virtual task<std::vector<v1::Product>> listOnSale(store::Statements& in, std::string category, std::string before_id,
                                                    std::int64_t limit) = 0;
  /// The same of all products, or of those in `status` unless it is unspecified.
  virtual task<std::vector<v1::Product>> listAll(store::Statements& in, v1::Product::Status status,
                                                 std::string before_id, std::int64_t limit) = 0;
  /// Categories with products on sale, by name.
  virtual task<std::vector<v1::Category>> listCategories(store::Statements& in) = 0;
  /// The prices of the products' variants in one currency.
  virtual task<PriceList> pricesOf(store::Statements& in, std::vector<std::string> product_ids,
                                   std::string currency) = 0;
  /// Quotes, without their taxes, of those skus that are on sale in this currency.
  virtual task<std::vector<v1::VariantQuote>> quote(store::Statements& in, std::vector<std::string> skus,
                                                    std::string currency) = 0;

  /// Products with all that is kept of them, by handle.
  virtual task<std::unordered_map<std::string, StoredProduct>> findByHandles(store::Statements& in,
                                                                             std::vector<std::string> handles) = 0;
  virtual task<SkuOwners> ownersOf(store::Statements& in, std::vector<std::string> skus) = 0;

  /// Adds a product with its variants, prices and categories. ALREADY_EXISTS when its handle or a sku is taken.
  virtual task<void> addProduct(store::Transaction& in, const StoredProduct& stored) = 0;
  /// Writes the same of a product that is known, if it is still at `from_version`; false when it is not.
  virtual task<bool> replaceProduct(store::Transaction& in, const StoredProduct& stored, std::int64_t from_version) = 0;
  /// Writes the product's own document and columns only, guarded in the same way.
  virtual task<bool> updateProduct(store::Transaction& in, const v1::Product& product, std::int64_t from_version) = 0;
  virtual task<void> putPrice(store::Transaction& in, std::string variant_id, const Price& price,
                              std::string currency) = 0;

  // Imports.
  /// Adds a running import; when another one runs, adds nothing and returns that one's id.
  virtual task<std::optional<std::string>> addImport(store::Transaction& in, const NewImport& import) = 0;
  /// With the errors that were kept.
  virtual task<std::optional<v1::ImportJob>> findImport(store::Statements& in, std::string id) = 0;
  /// Writes the counters of `job` and what is known of the file, and adds `errors`, numbered from `first_number`.
  virtual task<void> updateImport(store::Transaction& in, const v1::ImportJob& job, const FileHabits& habits,
                                  const std::vector<v1::ImportError>& errors, std::int64_t first_number) = 0;
  /// Keeps the names of the file's columns.
  virtual task<void> putImportHeader(store::Transaction& in, std::string id, std::string header) = 0;
  /// Ends a running import: as done when `failure` is empty, else as failed. False when it has ended already.
  virtual task<bool> endImport(store::Transaction& in, std::string id, std::string failure) = 0;
  /// Marks what a past life of this process left running as failed; returns the spooled files to delete.
  virtual task<std::vector<std::string>> failRunningImports(store::Transaction& in, std::string failure) = 0;

  // Exports.
  /// Products with all that is kept of them, newest first, from after `before_id` (empty: from the newest).
  virtual task<std::vector<StoredProduct>> listStored(store::Statements& in, std::string before_id,
                                                      std::int64_t limit) = 0;
  /// The files of the latest imports that stored something, newest first.
  virtual task<std::vector<ImportedFile>> importedFiles(store::Statements& in) = 0;

  // Checks.
  /// Up to `limit` products in the order of their ids after `after_id`, with their rows; prices in `currency`.
  virtual task<std::vector<ProductRow>> productRows(store::Statements& in, std::string after_id, std::string currency,
                                                    std::int64_t limit) = 0;
  /// What columns alone can tell: products, variants, prices in `currency`, categories and imports against each other.
  /// `now` decides which imports should have ended.
  virtual task<std::vector<store::Audit>> audit(store::Statements& in, std::string currency, Time now) = 0;
};

}  // namespace kontor::catalog
