#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/catalog/shopify/row_error.hpp"

namespace kontor::catalog::shopify {

/// The two generations of Shopify's product file.
enum class HeaderKind {
  kClassic,  ///< `Handle,Title,Body (HTML),…,Variant SKU,…`
  kCurrent,  ///< `Title,URL handle,Description,…,SKU,…`
};

/// The columns that the import understands; all others are kept as they are.
enum class Column : uint8_t {
  kHandle,
  kTitle,
  kDescription,
  kVendor,
  kCategory,
  kType,
  kTags,
  kPublished,
  kStatus,
  kOption1Name,
  kOption1Value,
  kOption2Name,
  kOption2Value,
  kOption3Name,
  kOption3Value,
  kSku,
  kBarcode,
  kGrams,
  kTracker,
  kQuantity,
  kPolicy,
  kPrice,
  kCompareAt,
  kRequiresShipping,
  kTaxable,
  kTaxCode,
  kWeightUnit,
  kVariantImage,
  kImageSrc,
  kImagePosition,
  kImageAlt,
  kGiftCard,
  kSeoTitle,
  kSeoDescription,
};
inline constexpr size_t kColumnCount = static_cast<size_t>(Column::kSeoDescription) + 1;

/// Which part of a row a column belongs to. A product's part is read on its first row only.
enum class RowPart : uint8_t { kHandle, kProduct, kVariant, kImage };
RowPart partOf(Column column) noexcept;

/// The column's name as Shopify writes it in a header of `kind`.
std::string_view columnName(Column column, HeaderKind kind) noexcept;

/// The column of that name in either generation, without regard to case; nothing for one that is only kept.
std::optional<Column> columnNamed(std::string_view name);

/// What a column that is only kept is known by: its name in lower case, that of the current generation where the two
/// call it differently (`Variant Fulfillment Service`, `Fulfillment service`).
std::string keptKey(std::string_view name);

/// A column that is only kept as a header of `kind` names it.
std::string keptName(std::string_view name, HeaderKind kind);

/// The first row of a file: which column is where.
class Header {
 public:
  /// Understands a header row; names match without case and blanks around them, in any order.
  ///
  /// Handle, title and price decide: their names tell the generation, and a header without one of the three is an
  /// error that names what is missing. So is a column that appears twice. Columns of the other generation's name
  /// (`Tax code` in a classic file) are taken too.
  static std::variant<Header, RowError> parse(uint64_t line, std::span<const std::string> cells);

  HeaderKind kind() const noexcept { return kind_; }
  /// How many columns the file has.
  size_t size() const noexcept { return names_.size(); }
  /// The name of the column at `index` as the file writes it.
  const std::string& name(size_t index) const { return names_[index]; }
  /// What the cells of an unknown column are kept by: its name, numbered where the file has several of that name.
  const std::string& key(size_t index) const { return keys_[index]; }
  /// Which known column is at `index`, or nothing: its cells are kept by `key`.
  std::optional<Column> column(size_t index) const { return columns_[index]; }
  /// Where `column` is in the file, or nothing.
  std::optional<size_t> index(Column column) const { return indices_[static_cast<size_t>(column)]; }

 private:
  explicit Header(std::span<const std::string> cells);
  std::string missing(HeaderKind kind) const;
  std::optional<RowError> check(uint64_t line);

  HeaderKind kind_ = HeaderKind::kClassic;
  std::vector<std::string> names_;
  std::vector<std::string> keys_;
  std::vector<std::optional<Column>> columns_;
  std::array<std::optional<size_t>, kColumnCount> indices_;
  std::optional<size_t> duplicate_;  // a column that is there already
};

}  // namespace kontor::catalog::shopify
