#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chassis/base/time.hpp"
#include "money/currency.hpp"
#include "services/catalog/merge.hpp"

namespace kontor::store {
class Statements;
}

namespace kontor::catalog {

struct ImportBatch;
class Store;

/// How many errors of an import are kept; all are counted.
inline constexpr std::int64_t kImportErrorsKept = 1000;

/// How an import stood before a batch, and what its batches have in common. Refers to its parts.
struct ImportStanding {
  const v1::ImportJob& job;  // the counters as they were stored last; no errors
  std::int64_t errors_kept = 0;
  bool dry_run = false;
  const shopify::Header* header = nullptr;  // null only for a batch without products
  money::Currency currency;
  Time now;
  const std::function<std::string(std::string_view prefix)>& new_id;
};

/// What a batch does to the shop, as the shop was when it was read.
struct ImportPlan {
  std::vector<Merged> products;  // none in a dry run
  v1::ImportJob job;             // the counters after the batch
  std::vector<v1::ImportError> errors;
  std::int64_t first_error = 0;  // the number of the first of `errors`
  FileHabits habits;             // of the file, as far as it was read
};

/// Looks up what the shop has of the batch's handles and skus, and merges the batch into it. Changes nothing: whether
/// the shop has changed since shows when the plan is written. All arguments must outlive the task.
task<std::shared_ptr<const ImportPlan>> planImport(store::Statements& in, Store& store, const ImportBatch& batch,
                                                   const ImportStanding& standing);

}  // namespace kontor::catalog
