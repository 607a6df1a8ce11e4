#include "services/catalog/importer.hpp"

#include <functional>
#include <limits>

#include "chassis/base/error.hpp"
#include "chassis/base/ids.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/runtime/executor.hpp"
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
  v1::ImportJob job;  // the counters as they were stored last; no errors
  std::int64_t errors_kept = 0;
  std::unique_ptr<ImportFile> file;
  std::function<std::string(std::string_view)> new_id;
  std::string failure;
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
  {
    const std::lock_guard lock(mutex_);
    ++running_;
  }
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
  runtime::OneShot<bool> idle;
  {
    const std::lock_guard lock(mutex_);
    if (running_ == 0) co_return;
    idle_.push_back(idle);
  }
  co_await idle;
}

void Importer::leave() {
  std::vector<runtime::OneShot<bool>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) waiting.swap(idle_);
  }
  for (const auto& idle : waiting) idle.setValue(true);
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
  leave();
}

std::unique_ptr<ImportFile> Importer::open(const v1::ImportProductsRequest& request) const {
  shopify::ImportOptions options{parts_.currency};
  options.track_all = request.track_all();
  if (request.file().blob().empty()) return std::make_unique<ImportFile>(options, request.file().data());
  return std::make_unique<ImportFile>(options, parts_.spool / request.file().blob());
}

task<void> Importer::readAndStore(Run& run) {
  run.file = open(run.request);
  bool last = false;
  while (!last) {
    if (stopping_) throw Error(Code::kUnavailable, std::string(kInterrupted));
    ImportBatch batch = run.file->next(parts_.batch);
    if (run.file->failed()) {
      run.failure = shopify::formatRowError(batch.errors.back());
      co_return;
    }
    if (run.job.bytes_read() == 0 && run.file->header() != nullptr) co_await keepHeader(run);
    last = batch.last;
    co_await storeBatch(run, batch);
    co_await runtime::yield();
  }
}

task<void> Importer::keepHeader(const Run& run) {
  auto body = [this, id = run.job.id(), header = headerText(*run.file->header())](store::Transaction& in) {
    return parts_.store->putImportHeader(in, id, header);
  };
  co_await parts_.database->transact(rpc::Context::forService("catalog"), std::move(body));
}

task<void> Importer::storeBatch(Run& run, const ImportBatch& batch) {
  for (int tries = 1;; ++tries) {
    bool busy = false;
    try {
      const std::shared_ptr<const ImportPlan> plan = co_await read(run, batch);
      co_await setStock(run, *plan);
      const bool written = co_await write(plan, tries);
      if (!written) continue;  // the shop has changed since it was read
      run.job = plan->job;
      run.errors_kept += static_cast<std::int64_t>(plan->errors.size());
      co_return;
    } catch (const Error& error) {
      if (error.code() != Code::kResourceExhausted || stopping_) throw;
      busy = true;  // buyers go first
    }
    if (busy) co_await runtime::sleep(kRetryPause);
  }
}

task<std::shared_ptr<const ImportPlan>> Importer::read(const Run& run, const ImportBatch& batch) {
  const ImportStanding standing{run.job,
                                run.errors_kept,
                                run.request.dry_run(),
                                run.file->header(),
                                parts_.currency,
                                parts_.environment.clock().now(),
                                run.new_id};
  auto body = [this, &batch, &standing](store::Statements& in) {
    return planImport(in, *parts_.store, batch, standing);
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
task<bool> Importer::write(std::shared_ptr<const ImportPlan> plan, int tries) {
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
    co_await parts_.store->updateImport(in, plan->job, plan->errors, plan->first_error);
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
