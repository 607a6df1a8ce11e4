#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "money/currency.hpp"
#include "services/catalog/export_columns.hpp"
#include "services/catalog/running.hpp"

namespace kontor::inventory::v1 {
class Inventory;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::catalog {

struct ImportedFile;
class Store;

/// What the exporter is made of; all of it outlives it.
struct ExporterParts {
  runtime::Environment& environment;
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  std::shared_ptr<inventory::v1::Inventory> inventory;
  std::filesystem::path spool;  // the folder where the file waits to be sent
  money::Currency currency;     // of the shop
};

/// Writes all products into a product file, on a thread of its own, a few products at a time: memory does not grow with
/// the catalogue. Each product is as it was at one moment; a product that is added meanwhile may be missing.
/// Thread-safe.
class Exporter {
 public:
  explicit Exporter(ExporterParts parts);
  ~Exporter();

  /// The file lies in the spool folder: whoever gets the answer deletes it. Throws RESOURCE_EXHAUSTED / EXPORTS_RUNNING
  /// when too many run, UNAVAILABLE when the disk does not take the file, DEADLINE_EXCEEDED.
  task<v1::ExportProductsResponse> run(rpc::Context context, v1::ExportProductsRequest request);
  /// Ends running exports at their next step, as failed, and returns when none runs.
  task<void> stop();

 private:
  struct Run;

  task<void> runInto(std::shared_ptr<Run> run, runtime::OneShot<bool> done);
  task<void> write(Run& run);
  task<void> writeProducts(Run& run);
  task<ExportStocks> stocksOf(const std::vector<StoredProduct>& products);
  void requireTime(const Run& run) const;

  ExporterParts parts_;
  std::atomic<bool> stopping_ = false;
  Running running_;
  std::unique_ptr<runtime::Worker> worker_;  // last: its thread uses all of the above
};

}  // namespace kontor::catalog
