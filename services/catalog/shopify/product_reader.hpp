#pragma once

#include <optional>
#include <string_view>

#include "services/catalog/shopify/csv_reader.hpp"
#include "services/catalog/shopify/product_assembler.hpp"

namespace kontor::catalog::shopify {

/// Reads a Shopify product file, of either generation of header, from chunks into products.
///
/// Feed the file in pieces as they come; after each call the sink holds the products completed by it: store them, then
/// feed on. Memory is bounded by one product and some bytes for each SKU and handle (see `Fingerprints`), whatever the
/// file's size. Every bad row becomes one error or more, and good rows around it are read on (see `CsvReader` and
/// `ProductAssembler` for what a bad one costs).
/// Not thread safe; pure: no file, clock or randomness. Example: product_reader_test.cpp "ReadsAClassicFile".
class ProductReader : private CsvSink {
 public:
  explicit ProductReader(const ImportOptions& options);
  ProductReader(const ProductReader&) = delete;
  ProductReader& operator=(const ProductReader&) = delete;

  /// `chunk` may be of any size and end anywhere; it is not kept. The sink is used during the call only.
  void feed(std::string_view chunk, ProductSink& sink);

  /// The file ends here: delivers the last product, or says that the file is empty. Call once.
  void finish(ProductSink& sink);

  /// Whether the file is none of Shopify's (empty, or a header of neither kind): one error said so, and what is fed
  /// from then on is only counted.
  bool failed() const noexcept { return failed_; }

  /// The counts so far, for a progress bar: compare `bytes` with the file's size.
  const ImportProgress& progress() const noexcept { return progress_; }

  /// The header once it was read, else null: kind and column names, for an export in the same shape.
  const Header* header() const noexcept { return assembler_ ? &assembler_->header() : nullptr; }

 private:
  void row(const CsvRow& row) override;
  void error(const CsvError& error) override;

  ImportOptions options_;
  ImportProgress progress_;
  CsvReader csv_;
  std::optional<ProductAssembler> assembler_;
  ProductSink* sink_ = nullptr;  // during feed and finish
  bool failed_ = false;
};

}  // namespace kontor::catalog::shopify
