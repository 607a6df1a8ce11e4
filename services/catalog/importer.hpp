#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "chassis/runtime/environment.hpp"
#include "money/currency.hpp"
#include "services/catalog/domain.hpp"
#include "services/catalog/running.hpp"

namespace kontor::inventory::v1 {
class Inventory;
}
namespace kontor::store {
class SqlStore;
class Transaction;
}  // namespace kontor::store
namespace kontor::telemetry {
class Log;
}

namespace kontor::catalog {

struct ImportBatch;
class ImportFile;
struct ImportPlan;
class Store;

/// What the importer is made of; all of it outlives it.
struct ImporterParts {
  runtime::Environment& environment;
  telemetry::Log& log;
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  std::shared_ptr<inventory::v1::Inventory> inventory;
  std::filesystem::path spool;  // the folder of spooled uploads
  money::Currency currency;     // of the files' prices
  std::size_t batch = 0;        // products stored in one transaction
};

/// Imports product files in the background, on a thread of its own: no event loop ever waits for a file.
///
/// Batch by batch: the shop's own products and skus are read, the file's products merged into them, inventory is told
/// the stock, and then one transaction stores the products, the counters and the refused rows. Stock goes first and may
/// be set again, products are matched by handle and sku: what a crash leaves half done, the next import of the same
/// file completes, and nothing counts twice. A product that was changed between reading and writing is merged again.
/// While a batch is being written the next one is read, merged and told to inventory already.
/// Thread-safe.
class Importer {
 public:
  explicit Importer(ImporterParts parts);
  ~Importer();

  /// Throws INVALID_ARGUMENT when the request carries no file that can be read from the spool folder.
  static void requireFile(const type::v1::File& file);

  /// Begins the import whose row, `id`, is stored as running; takes the request's file over.
  void begin(std::string id, v1::ImportProductsRequest request);
  /// Deletes the spooled file of a request that was refused.
  void discard(const type::v1::File& file);

  /// Marks what a past life of this process left unfinished as failed. Before the first `begin`.
  task<void> failUnfinished();
  /// Ends a running import at its next batch, as failed, and returns when none runs.
  task<void> stop();

 private:
  struct Run;
  struct Step;

  task<void> run(std::string id, v1::ImportProductsRequest request);
  task<void> readAndStore(Run& run);
  task<bool> step(Run& run, std::shared_ptr<Step>& before);
  task<void> prepare(const Run& run, Step& step);
  task<void> write(std::shared_ptr<Step> step);
  task<bool> settle(Run& run, std::shared_ptr<Step> step);
  std::unique_ptr<ImportFile> open(const v1::ImportProductsRequest& request) const;
  task<void> keepHeader(const Run& run);
  task<std::shared_ptr<const ImportPlan>> read(const Run& run, const Step& step);
  task<void> setStock(const Run& run, const ImportPlan& plan);
  task<bool> writePlan(std::shared_ptr<const ImportPlan> plan, int tries);
  task<void> end(const Run& run);
  void remove(const std::string& blob);

  ImporterParts parts_;
  std::atomic<bool> stopping_ = false;
  Running running_;
  std::unique_ptr<runtime::Worker> worker_;  // last: its thread uses all of the above
};

}  // namespace kontor::catalog
