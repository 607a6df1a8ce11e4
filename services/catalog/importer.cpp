#include "services/catalog/importer.hpp"

#include <functional>
#include <limits>

#include "chassis/base/error.hpp"
#include "chassis/base/ids.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/telemetry/log.hpp"
#include "kontor/catalog/v1/events.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "services/catalog/import_file.hpp"
#include "services/catalog/import_plan.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

constexpr int kStockLines = 1000;  // in one call
constexpr int kTriesMost = 100;    // of a batch whose products are changed by others meanwhile
constexpr Duration kRetryPause = std::chrono::seconds(1);
constexpr std::string_view kInterrupted =
    "the process ended during the import; import the file again (nothing is counted twice)";

std::string headerText(const shopify::Header& header) {
  std::string text;
  json::Writer writer(text);
  writer.beginArray();
  for (std::size_t i = 0; i < header.size(); ++i) writer.string(header.name(i));
  writer.endArray();
  return text;
}

// Ids for one import. Lists go by id, newest first: products of one file get ids of one moment that count down, so that
// the shop lists them in the order of the file.
std::function<std::string(std::string_view)> idsInFileOrder(runtime::Environment& environment) {
  const Time begun = environment.clock().now();
  return [&environment, begun, rank = std::numeric_limits<std::uint32_t>::max()](std::string_view prefix) mutable {
    if (prefix != "prod_") return environment.newId(prefix);
    IdEntropy entropy;
    environment.random().fill(entropy);
    for (std::size_t i = 0; i < sizeof(rank); ++i) entropy[i] = static_cast<std::uint8_t>(rank >> (24 - 8 * i));
    --rank;
    return makeId(prefix, begun, entropy);
  };
}

bool isConflict(const Error& error) { return error.code() == Code::kAlreadyExists || error.code() == Code::kAborted; }

task<void> tell(store::Transaction& in, const Merged& merged) {
  const v1::Product& product = merged.stored.product;
  v1::ProductUpserted upserted;
  upserted.set_product_id(product.id());
  upserted.set_handle(product.handle());
  co_await in.emit(makeEvent(upserted));
  for (const int index : merged.repriced) {
    v1::PriceChanged changed;
    changed.set_product_id(product.id());
    changed.set_handle(product.handle());
    changed.set_sku(product.variants(index).sku());
    co_await in.emit(makeEvent(changed));
  }
}

}  // namespace

/// One import on its way.
struct Importer::Run {
  v1::ImportProductsRequest request;
  v1::ImportJob job;  // the counters after the last batch that was planned; no errors
  std::int64_t errors_kept = 0;
  std::unique_ptr<ImportFile> file;
  std::function<std::string(std::string_view)> new_id;
  std::string failure;
};

/// One batch on its way into the shop.
struct Importer::Step {
  ImportBatch batch;
  v1::ImportJob job;  // the counters before it
  std::int64_t errors_kept = 0;
  std::shared_ptr<const ImportPlan> plan;
  runtime::OneShot<bool> written;  // false: the shop is not what the plan took it for
};

Importer::Importer(ImporterParts parts)
    : parts_(std::move(parts)), worker_(parts_.environment.makeWorker("catalog-import")) {}

Importer::~Importer() = default;

void Importer::requireFile(const type::v1::File& file) {
  const std::string& blob = file.blob();
  if (blob.find('/') != std::string::npos || blob == "." || blob == "..")
    throw invalidField("file", "INVALID_VALUE", "the spooled file's name is none of this shop's");
}

void Importer::begin(std::string id, v1::ImportProductsRequest request) {
  running_.enter(std::numeric_limits<int>::max());  // the store admits one at a time
  worker_->executor().spawn(run(std::move(id), std::move(request)));
}

void Importer::discard(const type::v1::File& file) {
  if (file.blob().empty()) return;
  worker_->executor().post([this, blob = file.blob()] { remove(blob); });
}

void Importer::remove(const std::string& blob) {
  std::error_code failure;
  std::filesystem::remove(parts_.spool / blob, failure);
  if (failure)
    parts_.log.warn("a spooled product file could not be deleted; delete it by hand",
                    {{"file.path", (parts_.spool / blob).string()}, {"error.message", failure.message()}});
}

task<void> Importer::failUnfinished() {
  auto body = [this](store::Transaction& in) {
    return parts_.store->failRunningImports(in, std::string(kInterrupted));
  };
  const std::vector<std::string> blobs =
      co_await parts_.database->transact(rpc::Context::forService("catalog"), std::move(body));
  for (const std::string& blob : blobs) remove(blob);
}

task<void> Importer::stop() {
  stopping_ = true;
  return running_.idle();
}

task<void> Importer::run(std::string id, v1::ImportProductsRequest request) {
  Run run;
  run.job.set_id(std::move(id));
  run.request = std::move(request);
  run.new_id = idsInFileOrder(parts_.environment);
  try {
    co_await readAndStore(run);
  } catch (const Error& error) {
    run.failure = error.message();
  } catch (const std::exception& error) {
    run.failure = error.what();
  }
  run.file.reset();
  co_await end(run);
  if (!run.request.file().blob().empty()) remove(run.request.file().blob());
  running_.leave();
}

std::unique_ptr<ImportFile> Importer::open(const v1::ImportProductsRequest& request) const {
  shopify::ImportOptions options{parts_.currency};
  options.track_all = request.track_all();
  if (request.file().blob().empty()) return std::make_unique<ImportFile>(options, request.file().data());
  return std::make_unique<ImportFile>(options, parts_.spool / request.file().blob());
}

task<void> Importer::readAndStore(Run& run) {
  run.file = open(run.request);
  std::shared_ptr<Step> before;
  std::exception_ptr failure;
  try {
    bool more = true;
    while (more) {
      more = co_await step(run, before);
      co_await runtime::yield();
    }
  } catch (...) {
    failure = std::current_exception();
  }
  // Whatever has ended the reading: what is on its way is waited for.
  if (before) co_await settle(run, std::exchange(before, nullptr));
  if (failure) std::rethrow_exception(failure);
}

// Brings the next batch on its way while the one before it, if any, is being written. False after the last.
task<bool> Importer::step(Run& run, std::shared_ptr<Step>& before) {
  if (stopping_) throw Error(Code::kUnavailable, std::string(kInterrupted));
  auto next = std::make_shared<Step>();
  next->batch = run.file->next(parts_.batch);
  if (run.file->failed()) {
    run.failure = shopify::formatRowError(next->batch.errors.back());
    co_return false;
  }
  if (run.job.bytes_read() == 0 && run.file->header() != nullptr) co_await keepHeader(run);
  co_await prepare(run, *next);
  if (before) {
    const bool as_planned = co_await settle(run, std::exchange(before, nullptr));
    // What was refused may have been so for a sku that the batch before gave free just now.
    const std::int64_t refusals = next->plan->job.errors_total() - next->job.errors_total();
    const bool refused = refusals > static_cast<std::int64_t>(next->batch.errors.size());
    if (!as_planned || refused) co_await prepare(run, *next);
  }
  run.job = next->plan->job;
  run.errors_kept += static_cast<std::int64_t>(next->plan->errors.size());
  before = next;
  worker_->executor().spawnHere(write(next));
  co_return !next->batch.last;
}

// Plans a batch on the shop as it is, and tells inventory; waits while the stores are busy: buyers go first.
task<void> Importer::prepare(const Run& run, Step& step) {
  step.job = run.job;
  step.errors_kept = run.errors_kept;
  while (true) {
    try {
      step.plan = co_await read(run, step);
      co_await setStock(run, *step.plan);
      co_return;
    } catch (const Error& error) {
      if (error.code() != Code::kResourceExhausted || stopping_) throw;
    }
    co_await runtime::sleep(kRetryPause);
  }
}

task<void> Importer::write(std::shared_ptr<Step> step) {
  try {
    const bool written = co_await writePlan(step->plan, 1);
    step->written.setValue(written);
  } catch (...) {
    step->written.setError(std::current_exception());
  }
}

// Waits until a batch is stored. False when it had to be planned again, so that what comes after it must be, too.
task<bool> Importer::settle(Run& run, std::shared_ptr<Step> step) {
  runtime::OneShot<bool> first = step->written;
  for (int tries = 1;; ++tries) {
    try {
      bool written = false;
      if (tries == 1) {
        written = co_await first;
      } else {
        run.job = step->job;
        run.errors_kept = step->errors_kept;
        co_await prepare(run, *step);
        written = co_await writePlan(step->plan, tries);
      }
      if (written && tries == 1) co_return true;
      if (written) break;
      continue;
    } catch (const Error& error) {
      if (error.code() != Code::kResourceExhausted || stopping_) throw;
    }
    co_await runtime::sleep(kRetryPause);
  }
  run.job = step->plan->job;
  run.errors_kept = step->errors_kept + static_cast<std::int64_t>(step->plan->errors.size());
  co_return false;
}

task<void> Importer::keepHeader(const Run& run) {
  auto body = [this, id = run.job.id(), header = headerText(*run.file->header())](store::Transaction& in) {
    return parts_.store->putImportHeader(in, id, header);
  };
  co_await parts_.database->transact(rpc::Context::forService("catalog"), std::move(body));
}

task<std::shared_ptr<const ImportPlan>> Importer::read(const Run& run, const Step& step) {
  const ImportStanding standing{step.job,           step.errors_kept, run.request.dry_run(),
                                run.file->header(), parts_.currency,  parts_.environment.clock().now(),
                                run.new_id};
  auto body = [this, &step, &standing](store::Statements& in) {
    return planImport(in, *parts_.store, step.batch, standing);
  };
  co_return co_await parts_.database->snapshot(std::move(body));
}

task<void> Importer::setStock(const Run& run, const ImportPlan& plan) {
  const rpc::Context context = rpc::Context::forService("catalog");
  inventory::v1::SetStockRequest request;
  for (std::size_t i = 0; i < plan.products.size(); ++i) {
    for (const ImportedStock& stock : plan.products[i].stock) {
      inventory::v1::StockLine& line = *request.add_lines();
      line.set_sku(stock.sku);
      line.set_tracked(stock.tracked);
      line.set_backorder(stock.backorder);
      line.set_quantity(stock.quantity);
    }
    if (request.lines_size() < kStockLines && i + 1 < plan.products.size()) continue;
    request.set_overwrite(run.request.set_stock());
    request.set_reason("import " + run.job.id());
    inventory::v1::SetStockRequest full;
    full.Swap(&request);
    co_await parts_.inventory->SetStock(context, std::move(full));
  }
}

// False when a product is not what the plan took it for; throws that conflict when it was tried too often.
task<bool> Importer::writePlan(std::shared_ptr<const ImportPlan> plan, int tries) {
  auto body = [this, plan](store::Transaction& in) -> task<void> {
    for (const Merged& merged : plan->products) {
      if (!merged.changed) continue;
      if (merged.from_version == 0) {
        co_await parts_.store->addProduct(in, merged.stored);
      } else {
        const bool replaced = co_await parts_.store->replaceProduct(in, merged.stored, merged.from_version);
        if (!replaced) throw Error(Code::kAborted, "CONFLICT", "a product was changed during the import");
      }
      co_await tell(in, merged);
    }
    co_await parts_.store->updateImport(in, plan->job, plan->habits, plan->errors, plan->first_error);
  };
  try {
    co_await parts_.database->transact(rpc::Context::forService("catalog"), std::move(body));
    co_return true;
  } catch (const Error& error) {
    if (!isConflict(error) || tries >= kTriesMost) throw;
  }
  co_return false;
}

// Tries until the store takes it: a job that stays running would bar every other import.
task<void> Importer::end(const Run& run) {
  while (true) {
    auto body = [this, id = run.job.id(), failure = run.failure](store::Transaction& in) {
      return parts_.store->endImport(in, id, failure);
    };
    try {
      co_await parts_.database->transact(rpc::Context::forService("catalog"), std::move(body));
      break;
    } catch (const Error& error) {
      parts_.log.error("the end of an import could not be stored", error, {{"import.id", run.job.id()}});
      if (stopping_) break;
    }
    co_await runtime::sleep(kRetryPause);
  }
  parts_.log.info("an import has ended", {{"import.id", run.job.id()},
                                          {"event.outcome", run.failure.empty() ? "success" : "failure"},
                                          {"event.reason", run.failure},
                                          {"import.rows", run.job.rows()},
                                          {"import.products", run.job.products()},
                                          {"import.errors", run.job.errors_total()}});
}

}  // namespace kontor::catalog
