// A shop owner's product file.
//
// Input: one byte that says how the rest is cut into pieces, and the file. However it is cut, the same products and
// errors must come out, and the counts must agree with them. Seeds: testdata/fuzz/product_reader_fuzz.

#include <cstdio>
#include <cstdlib>

#include "services/catalog/shopify/product_reader.hpp"
#include "services/catalog/shopify/row_error.hpp"
#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog::shopify {
namespace {

void requireText(std::string_view text) {
  if (findInvalidText(text) == std::string_view::npos) return;
  std::fprintf(stderr, "a product holds what is no text\n");
  std::abort();
}

/// Writes down all that a file yields.
class Record final : public ProductSink {
 public:
  void product(ImportedProduct product) override {
    add({product.handle, product.title, product.description_html, product.vendor, product.category, product.type});
    for (const std::string& tag : product.tags) add({"tag", tag});
    for (const std::string& option : product.options) add({"option", option});
    for (const ImportedVariant& each : product.variants) {
      if (each.option_values.size() != product.options.size()) std::abort();
      add({"variant", each.sku, each.barcode, std::to_string(each.price), std::to_string(each.quantity)});
      for (const std::string& value : each.option_values) add({value});
    }
    for (const ImportedImage& each : product.images) add({"image", each.src, each.alt, std::to_string(each.position)});
    for (const SourceRow& row : product.rows) {
      for (const Cell& cell : row.extra) add({cell.column, cell.value});
    }
    if (product.variants.empty()) std::abort();
    ++products;
    variants += product.variants.size();
    images += product.images.size();
  }
  void error(RowError error) override { add({formatRowError(error), error.reason}); }

  std::string text;
  std::uint64_t products = 0;
  std::uint64_t variants = 0;
  std::uint64_t images = 0;

 private:
  void add(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      requireText(word);
      text += word;
      text += '\0';
    }
    text += '\n';
  }
};

std::string readInPieces(std::string_view file, std::size_t piece) {
  // Small limits, so that a small input reaches them.
  ImportOptions options{money::Currency::of("EUR")};
  options.csv = {.row_bytes = 4096, .field_bytes = 1024, .columns = 64};
  Record record;
  ProductReader reader(options);
  for (std::size_t at = 0; at < file.size(); at += piece) reader.feed(file.substr(at, piece), record);
  reader.finish(record);
  const ImportProgress& progress = reader.progress();
  if (progress.bytes != file.size() || progress.products != record.products || progress.variants != record.variants ||
      progress.images != record.images || progress.bad_rows > progress.rows) {
    std::fprintf(stderr, "the counts do not agree with what was delivered\n");
    std::abort();
  }
  return record.text;
}

}  // namespace
}  // namespace kontor::catalog::shopify

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view file(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::string whole = kontor::catalog::shopify::readInPieces(file, file.size());
  const std::string pieces = kontor::catalog::shopify::readInPieces(file, bytes[0] % 64U + 1);
  if (whole == pieces) return 0;
  std::fprintf(stderr, "whole:\n%s\nin pieces:\n%s\n", whole.c_str(), pieces.c_str());
  std::abort();
}
