#include "services/catalog/import_file.hpp"

#include <utility>

#include "chassis/base/error.hpp"

namespace kontor::catalog {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;
// Bounds what a batch may hold: of products that are all text, and of those that are all variants or errors.
constexpr std::uint64_t kBatchBytes = 4 << 20;
constexpr std::size_t kBatchVariants = 2000;
constexpr std::size_t kBatchErrors = 1000;

Error unreadable(const std::string& what) {
  return Error(
      Code::kUnavailable, "IMPORT_FILE_UNREADABLE",
      "the uploaded file could not be " + what + "; see whether the disk is full or failing, and upload it again");
}

}  // namespace

ImportFile::ImportFile(const shopify::ImportOptions& options, const std::filesystem::path& file)
    : reader_(options), file_(file, std::ios::binary) {
  if (!file_) throw unreadable("opened");
}

ImportFile::ImportFile(const shopify::ImportOptions& options, std::string data)
    : reader_(options), data_(std::move(data)) {}

ImportBatch ImportFile::next(std::size_t products_max) {
  const std::uint64_t begun = reader_.progress().bytes;
  while (!ended_ && products_.size() < products_max && errors_.size() < kBatchErrors &&
         reader_.progress().bytes - begun < kBatchBytes) {
    ended_ = !readChunk();
    if (ended_) reader_.finish(*this);
  }
  ImportBatch batch;
  std::size_t variants = 0;
  while (!products_.empty() && batch.products.size() < products_max && variants < kBatchVariants) {
    variants += products_.front().variants.size();
    batch.products.push_back(std::move(products_.front()));
    products_.pop_front();
  }
  batch.errors = std::exchange(errors_, {});
  batch.progress = reader_.progress();
  batch.last = ended_ && products_.empty();
  return batch;
}

// False at the end of the file.
bool ImportFile::readChunk() {
  if (file_.is_open()) {
    data_.resize(kChunkBytes);
    file_.read(data_.data(), static_cast<std::streamsize>(kChunkBytes));
    if (file_.bad()) throw unreadable("read");
    data_.resize(static_cast<std::size_t>(file_.gcount()));
    given_ = 0;
  }
  const std::string_view chunk = std::string_view(data_).substr(given_, kChunkBytes);
  if (chunk.empty()) return false;
  given_ += chunk.size();
  reader_.feed(chunk, *this);
  return true;
}

void ImportFile::product(shopify::ImportedProduct product) { products_.push_back(std::move(product)); }

void ImportFile::error(shopify::RowError error) { errors_.push_back(std::move(error)); }

}  // namespace kontor::catalog
