#include "tests/simulation/merchant.hpp"

#include <utility>

#include "kontor/inventory/v1/inventory.kontor.hpp"

namespace kontor::simulation {
namespace {

using namespace std::chrono_literals;
using catalog::v1::Catalog;
using catalog::v1::ImportJob;
using inventory::v1::Inventory;

constexpr int kImportTries = 200;
constexpr Duration kImportLook = 50ms;
constexpr Duration kBetweenFiles = 4s;
constexpr Duration kBetweenCorrections = 2s;

}  // namespace

rpc::Principal staff() {
  rpc::Principal principal;
  principal.kind = rpc::Principal::Kind::kStaff;
  principal.id = "usr_simulation";
  principal.permissions = {"*"};
  return principal;
}

task<void> Importer::run() {
  co_await bring(firstProducts());
  stocked_ = true;
  for (int i = 0; i < files_; ++i) {
    co_await pause(kBetweenFiles);
    co_await bring(laterProducts(i));
  }
  done_ = true;
}

// Until one import has read the whole file: a crash ends a running one as failed.
task<void> Importer::bring(std::vector<ProductRow> rows) {
  const std::string file = productFile(rows);
  for (int tries = 0; tries < kImportTries; ++tries) {
    const std::string job = co_await begin(file);
    if (job.empty()) continue;
    const ImportJob::State state = co_await end(job);
    if (state != ImportJob::STATE_DONE) continue;
    for (const ProductRow& row : rows) facts_.imported.try_emplace(row.handle, row.quantity);
    co_return;
  }
  complain("a product file is never imported");
}

// The job's id; empty while another import runs. Not repeated blindly: an import has no idempotency key.
task<std::string> Importer::begin(std::string file) {
  catalog::v1::ImportProductsRequest request;
  request.mutable_file()->set_content_type("text/csv");
  request.mutable_file()->set_size(static_cast<std::int64_t>(file.size()));
  request.mutable_file()->set_data(std::move(file));
  const Answer<ImportJob> answer =
      co_await insistWith(Action::kImport, &Catalog::ImportProducts, std::move(request), std::string());
  if (answer.ok()) {
    facts_.imports.insert(answer.value().id());
    co_return answer.value().id();
  }
  if (answer.reason() != "IMPORT_RUNNING") complain("an import is refused: " + answer.reason());
  co_await pause(kImportLook);
  co_return std::string();
}

task<ImportJob::State> Importer::end(std::string job) {
  for (;;) {
    catalog::v1::GetImportRequest request;
    request.set_id(job);
    const Answer<ImportJob> answer =
        co_await insistWith(Action::kLook, &Catalog::GetImport, std::move(request), std::string());
    if (!answer.ok()) {
      complain("the import " + job + " was begun and is gone: " + answer.reason());
      co_return ImportJob::STATE_FAILED;
    }
    if (answer.value().state() != ImportJob::STATE_RUNNING) co_return answer.value().state();
    co_await pause(kImportLook);
  }
}

task<void> StockKeeper::run() {
  for (int i = 0; i < corrections_; ++i) {
    co_await pause(kBetweenCorrections);
    const auto& products = firstProducts();
    const std::string sku = products.at(below(products.size())).handle;
    co_await correct(sku, static_cast<std::int64_t>(below(3)) + 1);
  }
  done_ = true;
}

task<void> StockKeeper::correct(std::string sku, std::int64_t delta) {
  inventory::v1::AdjustStockRequest request;
  request.set_sku(sku);
  request.set_delta(delta);
  request.set_reason("counted");
  const auto answer = co_await insist(Action::kAdjustment, &Inventory::AdjustStock, std::move(request));
  if (answer.ok()) facts_.adjusted[sku] += delta;
  if (!answer.ok()) complain("a correction is refused: " + answer.reason());
}

}  // namespace kontor::simulation
