#include "services/catalog/shopify/product_assembler.hpp"

#include <algorithm>
#include <utility>

#include "chassis/base/assert.hpp"
#include "services/catalog/shopify/row_parts.hpp"
#include "services/catalog/shopify/row_reader.hpp"
#include "services/catalog/shopify/text.hpp"

namespace kontor::catalog::shopify {
namespace {

constexpr size_t kMadeSkuBytesMax = 200;  // leaves room for a number at the end

size_t bytesOf(const CsvRow& row) {
  size_t bytes = 0;
  for (const std::string& field : row.fields) bytes += field.size();
  return bytes;
}

// `blue-shirt` and `M`, `Dark red` give `blue-shirt-m-dark-red`.
std::string madeSku(const std::string& handle, const std::vector<std::string>& option_values) {
  std::string name = handle;
  for (const std::string& value : option_values) name += "-" + value;
  std::string sku = slugOf(name);
  if (sku.size() <= kMadeSkuBytesMax) return sku;
  size_t end = kMadeSkuBytesMax;
  while (end > 0 && (static_cast<unsigned char>(sku[end]) & 0xC0) == 0x80) --end;  // not within a character
  return sku.substr(0, end);
}

}  // namespace

ProductAssembler::ProductAssembler(const ImportOptions& options, Header header, ImportProgress& progress)
    : options_(options), header_(std::move(header)), progress_(progress) {}

void ProductAssembler::row(const CsvRow& row, ProductSink& sink) {
  RowReader cells(header_, row, options_.currency);
  if (cells.blank()) {
    ++progress_.blank_rows;
    return;
  }
  ++progress_.rows;
  const std::string handle = readHandle(cells);
  if (!handle.empty()) take(handle, cells, bytesOf(row), sink);
  if (cells.errorCount() > 0) ++progress_.bad_rows;
  for (const RowError& error : cells.errors()) sink.error(error);
}

void ProductAssembler::finish(ProductSink& sink) {
  if (draft_) deliver(*std::exchange(draft_, std::nullopt), sink);
}

void ProductAssembler::take(const std::string& handle, RowReader& cells, size_t bytes, ProductSink& sink) {
  const bool first = !draft_ || draft_->product.handle != handle;
  if (first) {
    finish(sink);
    draft_ = Draft();
    draft_->product.handle = handle;
    draft_->product.line = cells.line();
    draft_->scattered = !handles_.add(handle);
  }
  if (admit(cells, bytes)) addParts(cells, first);
  if (cells.errorCount() > 0) draft_->bad_rows = true;
}

// Whether the row may be part of the product at all.
bool ProductAssembler::admit(RowReader& cells, size_t bytes) {
  Draft& draft = *draft_;
  if (draft.scattered) {
    cells.fail(Column::kHandle, "SCATTERED_PRODUCT", "was there before, with another product in between",
               "all rows of a product one after another");
    return false;
  }
  draft.bytes += bytes;
  ++draft.rows;
  if (draft.rows > options_.limits.rows || draft.bytes > options_.limits.bytes) {
    cells.fail(Column::kHandle, "PRODUCT_TOO_LARGE", "has too many rows or too large ones",
               "at most " + std::to_string(options_.limits.rows) + " rows and " +
                   std::to_string(options_.limits.bytes >> 20) + " MiB for a product");
    return false;
  }
  return true;
}

void ProductAssembler::addParts(RowReader& cells, bool first) {
  Draft& draft = *draft_;
  if (first) {
    readProduct(cells, draft.product);
    draft.left_out = cells.errorCount() > 0;
  }
  SourceRow source;
  source.line = cells.line();
  if (!isImageOnly(cells)) source.variant = addVariant(cells);
  source.image = addImage(cells);
  if (!first && !source.variant && !source.image && cells.errorCount() > 0) return;
  source.extra = cells.extra();
  draft.product.rows.push_back(std::move(source));
}

std::optional<size_t> ProductAssembler::addVariant(RowReader& cells) {
  ImportedProduct& product = draft_->product;
  const size_t errors = cells.errorCount();
  ImportedVariant variant = readVariant(cells, product, options_.track_all);
  const auto same =
      std::find_if(product.variants.begin(), product.variants.end(),
                   [&variant](const ImportedVariant& other) { return other.option_values == variant.option_values; });
  if (same != product.variants.end() && cells.errorCount() == errors) {
    cells.fail(Column::kOption1Value, "DUPLICATE_VARIANT",
               "repeats the option values of line " + std::to_string(same->line), "another choice on each row");
  }
  if (cells.errorCount() == errors) nameVariant(cells, variant);
  if (cells.errorCount() > errors) return std::nullopt;
  product.variants.push_back(std::move(variant));
  return product.variants.size() - 1;
}

// Gives a variant without SKU one that the file has not had yet; the same file gives the same ones.
void ProductAssembler::nameVariant(RowReader& cells, ImportedVariant& variant) {
  if (!variant.sku.empty()) {
    if (skus_.add(variant.sku)) return;
    return cells.fail(Column::kSku, "DUPLICATE_SKU", "was used before in this file",
                      "a SKU of its own for each variant");
  }
  variant.sku_made = true;
  const std::string base = madeSku(draft_->product.handle, variant.option_values);
  variant.sku = base;
  for (int number = 2; !skus_.add(variant.sku); ++number) variant.sku = base + "-" + std::to_string(number);
  cells.represent(Column::kSku, variant.sku);
}

std::optional<size_t> ProductAssembler::addImage(RowReader& cells) {
  std::vector<ImportedImage>& images = draft_->product.images;
  const std::string_view src = cells.peek(Column::kImageSrc);
  // Some exports name the same picture on each variant's row.
  const bool known =
      std::any_of(images.begin(), images.end(), [src](const ImportedImage& image) { return image.src == src; });
  if (src.empty() || known) return std::nullopt;
  const size_t errors = cells.errorCount();
  ImportedImage image = readImage(cells, static_cast<int64_t>(images.size()) + 1);
  if (cells.errorCount() > errors) return std::nullopt;
  images.push_back(std::move(image));
  return images.size() - 1;
}

void ProductAssembler::deliver(Draft draft, ProductSink& sink) {
  if (draft.scattered) return;
  ImportedProduct& product = draft.product;
  const std::string handle_column = header_.name(header_.index(Column::kHandle).value());
  if (draft.left_out || product.variants.empty()) {
    ++progress_.products_left_out;
    // Its bad rows were named; say so too if good rows go with them, or if there was nothing to name.
    if (draft.left_out && draft.rows > 1) {
      sink.error({product.line, handle_column, product.handle,
                  "is left out with all its rows, for its first row is bad", "a first row without errors",
                  "PRODUCT_LEFT_OUT"});
    } else if (!draft.bad_rows) {
      sink.error({product.line, handle_column, product.handle, "has no price on any row",
                  "at least one row with a price", "MISSING_PRICE"});
    }
    return;
  }
  KONTOR_ASSERT(!product.title.empty() && !product.rows.empty(), "a product without title or rows was kept");
  ++progress_.products;
  progress_.variants += product.variants.size();
  progress_.images += product.images.size();
  sink.product(std::move(product));
}

}  // namespace kontor::catalog::shopify
