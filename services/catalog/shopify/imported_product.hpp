#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kontor::catalog::shopify {

/// One cell as it stands in the file.
struct Cell {
  std::string column;  ///< a known column by Shopify's own spelling, another as the file's header writes it
  std::string value;
};

struct ImportedVariant {
  uint64_t line = 0;  ///< where it stands in the file
  std::string sku;
  bool sku_made = false;  ///< the file has none: made from the handle and the option values
  std::string barcode;
  std::vector<std::string> option_values;  ///< one for each of the product's options
  int64_t price = 0;                       ///< minor units of the shop's currency
  std::optional<int64_t> compare_at;       ///< minor units; absent for empty and 0
  int64_t grams = 0;
  bool tracked = false;  ///< false: quantity is what the file says, but stock is without limit
  int64_t quantity = 0;
  bool continue_selling = false;  ///< the inventory policy `continue`
  bool requires_shipping = true;
  bool taxable = true;
  std::string tax_code;
  std::string weight_unit;  ///< for display: kg, g, lb, oz or empty
  std::string image_src;    ///< its own picture, often one of the product's images
};

struct ImportedImage {
  std::string src;       ///< an http(s) URL, or a path of this shop that begins with /
  int64_t position = 0;  ///< from 1; images stand in the file's order, which need not be that of the positions
  std::string alt;
};

/// A row of the file, so that an export can give it back: what it added, and each of its cells that the product's
/// fields would not reproduce: unknown columns, and known ones that are written otherwise than an export does
/// (`50` for `50.00`, `TRUE` for `true`, an empty SKU).
struct SourceRow {
  uint64_t line = 0;
  std::optional<size_t> variant;  ///< index into `variants`
  std::optional<size_t> image;    ///< index into `images`
  std::vector<Cell> extra;
};

enum class ProductStatus { kActive, kDraft, kArchived };

/// A product as its rows in the file describe it; at least one variant.
struct ImportedProduct {
  uint64_t line = 0;  ///< of its first row
  std::string handle;
  std::string title;
  std::string description_html;
  std::string vendor;
  std::string category;
  std::string type;
  std::vector<std::string> tags;
  ProductStatus status = ProductStatus::kActive;
  bool published = true;
  bool gift_card = false;
  std::string seo_title;
  std::string seo_description;
  std::vector<std::string> options;  ///< names, at most three; none for `Title` / `Default Title`
  std::vector<ImportedVariant> variants;
  std::vector<ImportedImage> images;
  std::vector<SourceRow> rows;
};

}  // namespace kontor::catalog::shopify
