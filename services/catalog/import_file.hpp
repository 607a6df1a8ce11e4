#pragma once

#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "services/catalog/shopify/product_reader.hpp"

namespace kontor::catalog {

/// Some products of a file, in its order, and what was wrong meanwhile.
struct ImportBatch {
  std::vector<shopify::ImportedProduct> products;
  std::vector<shopify::RowError> errors;
  shopify::ImportProgress progress;  // of the reading, which may be ahead of `products`
  bool last = false;
};

/// A product file, read piece by piece: memory is bounded by a batch and one product, whatever the file's size.
///
/// Blocking: belongs on a thread of its own. Not thread-safe.
class ImportFile final : private shopify::ProductSink {
 public:
  /// Reads `file`. Throws UNAVAILABLE when it cannot be opened.
  ImportFile(const shopify::ImportOptions& options, const std::filesystem::path& file);
  /// Reads bytes that came with the request.
  ImportFile(const shopify::ImportOptions& options, std::string data);

  /// Reads on until `products_max` products are there, or the file has given enough to store, or it ends. Throws
  /// UNAVAILABLE when the disk does not give it.
  ImportBatch next(std::size_t products_max);

  /// Whether the file is no product file at all: the last error says why.
  bool failed() const { return reader_.failed(); }
  /// Null before the first batch.
  const shopify::Header* header() const { return reader_.header(); }

 private:
  void product(shopify::ImportedProduct product) override;
  void error(shopify::RowError error) override;
  bool readChunk();

  shopify::ProductReader reader_;
  std::ifstream file_;
  std::string data_;       // the whole file, or the present chunk of it
  std::size_t given_ = 0;  // of data_
  bool ended_ = false;
  std::deque<shopify::ImportedProduct> products_;
  std::vector<shopify::RowError> errors_;
};

}  // namespace kontor::catalog
