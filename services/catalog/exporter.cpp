#include "services/catalog/exporter.hpp"

#include "chassis/base/error.hpp"
#include "chassis/rpc/face.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "services/catalog/export_report.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

constexpr std::int64_t kProductsAtOnce = 64;
constexpr int kSkusAtOnce = 500;  // the contract's limit
constexpr std::size_t kFlushBytes = 256 << 10;
constexpr int kExportsAtOnce = 4;
// How often the file is begun again because a product has something to say in a column that it lacks: once finds all
// of them, unless products change meanwhile.
constexpr int kTriesMost = 4;

Error unwritable(const std::filesystem::path& file) {
  return Error(Code::kUnavailable, "EXPORT_FILE_UNWRITABLE",
               "the export could not be written to " + file.string() + "; see whether the disk is full or failing");
}

/// The file being written; deleted again unless it is kept.
class SpoolFile {
 public:
  explicit SpoolFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code ignored;  // shows when the file cannot be opened
    std::filesystem::create_directories(path_.parent_path(), ignored);
    begin();
  }
  ~SpoolFile() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(path_, ignored);
  }
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  void begin() {
    file_.close();
    file_.clear();
    file_.open(path_, std::ios::binary | std::ios::trunc);
    size_ = 0;
    if (!file_) throw unwritable(path_);
  }
  void append(const std::string& text) {
    file_.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file_) throw unwritable(path_);
    size_ += static_cast<std::int64_t>(text.size());
  }
  std::int64_t keep() {
    file_.close();
    if (!file_) throw unwritable(path_);
    kept_ = true;
    return size_;
  }
  std::string name() const { return path_.filename().string(); }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  std::int64_t size_ = 0;
  bool kept_ = false;
};

}  // namespace

/// One export on its way.
struct Exporter::Run {
  rpc::Context context;
  v1::ExportProductsRequest request;
  v1::ExportProductsResponse response;
  ExportOrigin origin;
  std::optional<ExportColumns> columns;
  std::optional<RowMaker> maker;
  std::optional<SpoolFile> file;
  std::string text;        // not written yet
  bool measuring = false;  // a column is missing: the rest of the products is only looked at
};

Exporter::Exporter(ExporterParts parts)
    : parts_(std::move(parts)), worker_(parts_.environment.makeWorker("catalog-export")) {}

Exporter::~Exporter() = default;

task<v1::ExportProductsResponse> Exporter::run(rpc::Context context, v1::ExportProductsRequest request) {
  if (!running_.enter(kExportsAtOnce))
    throw Error(Code::kResourceExhausted, "EXPORTS_RUNNING",
                std::to_string(kExportsAtOnce) + " exports are running; wait for the end of one, then ask again");
  auto run = std::make_shared<Run>();
  run->context = std::move(context);
  run->request = std::move(request);
  const runtime::OneShot<bool> done;
  worker_->executor().spawn(runInto(run, done));
  co_await done;
  co_return std::move(run->response);
}

task<void> Exporter::stop() {
  stopping_ = true;
  return running_.idle();
}

task<void> Exporter::runInto(std::shared_ptr<Run> run, runtime::OneShot<bool> done) {
  try {
    co_await write(*run);
    run->file.reset();
    done.setValue(true);
  } catch (...) {
    run->file.reset();
    done.setError(std::current_exception());
  }
  running_.leave();
}

task<void> Exporter::write(Run& run) {
  auto read = [this](store::Statements& in) { return parts_.store->importedFiles(in); };
  const std::vector<ImportedFile> files = co_await parts_.database->snapshot(std::move(read));
  run.origin = originOf(files, run.request.header());
  if (run.origin.header) {
    run.columns.emplace(*run.origin.header);
  } else {
    run.columns.emplace(run.origin.kind);
  }
  run.file.emplace(parts_.spool / parts_.environment.newId("export_"));
  for (int tries = 1;; ++tries) {
    co_await writeProducts(run);
    if (!run.columns->lacking() || !run.columns->grow()) break;
    if (tries == kTriesMost)
      throw Error(Code::kAborted, "CONFLICT", "the products were changed again and again during the export; try again");
    run.file->begin();
  }
  type::v1::File& file = *run.response.mutable_file();
  file.set_content_type("text/csv; charset=utf-8");
  file.set_blob(run.file->name());
  file.set_size(run.file->keep());
  run.response.set_disposition("attachment; filename=\"products.csv\"");
  run.response.set_report(reportOf(run.maker->counts(), *run.columns, run.origin));
}

task<void> Exporter::writeProducts(Run& run) {
  run.maker.emplace(parts_.currency);
  run.measuring = false;
  run.text.clear();
  run.columns->writeHeader(run.text);
  std::string before;
  bool last = false;
  while (!last) {
    requireTime(run);
    auto read = [this, &before](store::Statements& in) {
      return parts_.store->listStored(in, before, kProductsAtOnce);
    };
    const std::vector<StoredProduct> products = co_await parts_.database->snapshot(std::move(read));
    last = products.size() < static_cast<std::size_t>(kProductsAtOnce);
    if (!products.empty()) before = products.back().product.id();
    const ExportStocks stocks = co_await stocksOf(products);
    for (const StoredProduct& stored : products) {
      std::int64_t images = 0;
      for (const ExportRow& row : run.maker->rows(stored, stocks)) {
        run.columns->writeRow(row, images + 1, run.text);
        images += row.known[static_cast<std::size_t>(shopify::Column::kImagePosition)].empty() ? 0 : 1;
      }
      run.measuring = run.measuring || run.columns->lacking();
      if (run.measuring) run.text.clear();
      if (run.text.size() >= kFlushBytes) {
        run.file->append(run.text);
        run.text.clear();
      }
    }
    co_await runtime::yield();
  }
  run.file->append(run.text);
}

task<ExportStocks> Exporter::stocksOf(const std::vector<StoredProduct>& products) {
  const rpc::Context context = rpc::Context::forService("catalog");
  ExportStocks stocks;
  inventory::v1::GetLevelsRequest request;
  for (std::size_t i = 0; i <= products.size(); ++i) {
    if (i < products.size()) {
      for (const v1::Variant& variant : products[i].product.variants()) request.add_skus(variant.sku());
    }
    while (request.skus_size() >= kSkusAtOnce || (i == products.size() && request.skus_size() > 0)) {
      inventory::v1::GetLevelsRequest asked;
      const int count = std::min(request.skus_size(), kSkusAtOnce);
      for (int sku = 0; sku < count; ++sku) asked.add_skus(std::move(*request.mutable_skus(sku)));
      request.mutable_skus()->DeleteSubrange(0, count);
      const auto answer = co_await parts_.inventory->GetLevels(context, std::move(asked));
      for (const inventory::v1::Level& level : answer.levels()) {
        ExportStock& stock = stocks[level.sku()];
        stock.tracked = stock.tracked || level.tracked();
        stock.backorder = stock.backorder || level.backorder();
        stock.on_hand += level.on_hand();
      }
    }
  }
  co_return stocks;
}

void Exporter::requireTime(const Run& run) const {
  rpc::requireTimeLeft(run.context);
  if (stopping_) throw Error(Code::kUnavailable, "the process is ending; export again when it is back");
}

}  // namespace kontor::catalog
