#include "services/catalog/shopify/header.hpp"

#include <algorithm>
#include <unordered_set>

#include "services/catalog/shopify/text.hpp"
#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog::shopify {
namespace {

struct Names {
  Column column;
  std::string_view classic;
  std::string_view current;
};

// In the order of the enumeration, which is how columnName finds them.
constexpr std::array<Names, kColumnCount> kNames{{
    {Column::kHandle, "Handle", "URL handle"},
    {Column::kTitle, "Title", "Title"},
    {Column::kDescription, "Body (HTML)", "Description"},
    {Column::kVendor, "Vendor", "Vendor"},
    {Column::kCategory, "Product Category", "Product category"},
    {Column::kType, "Type", "Type"},
    {Column::kTags, "Tags", "Tags"},
    {Column::kPublished, "Published", "Published on online store"},
    {Column::kStatus, "Status", "Status"},
    {Column::kOption1Name, "Option1 Name", "Option1 name"},
    {Column::kOption1Value, "Option1 Value", "Option1 value"},
    {Column::kOption2Name, "Option2 Name", "Option2 name"},
    {Column::kOption2Value, "Option2 Value", "Option2 value"},
    {Column::kOption3Name, "Option3 Name", "Option3 name"},
    {Column::kOption3Value, "Option3 Value", "Option3 value"},
    {Column::kSku, "Variant SKU", "SKU"},
    {Column::kBarcode, "Variant Barcode", "Barcode"},
    {Column::kGrams, "Variant Grams", "Weight value (grams)"},
    {Column::kTracker, "Variant Inventory Tracker", "Inventory tracker"},
    {Column::kQuantity, "Variant Inventory Qty", "Inventory quantity"},
    {Column::kPolicy, "Variant Inventory Policy", "Continue selling when out of stock"},
    {Column::kPrice, "Variant Price", "Price"},
    {Column::kCompareAt, "Variant Compare At Price", "Compare-at price"},
    {Column::kRequiresShipping, "Variant Requires Shipping", "Requires shipping"},
    {Column::kTaxable, "Variant Taxable", "Charge tax"},
    {Column::kTaxCode, "Variant Tax Code", "Tax code"},
    {Column::kWeightUnit, "Variant Weight Unit", "Weight unit for display"},
    {Column::kVariantImage, "Variant Image", "Variant image URL"},
    {Column::kImageSrc, "Image Src", "Product image URL"},
    {Column::kImagePosition, "Image Position", "Image position"},
    {Column::kImageAlt, "Image Alt Text", "Image alt text"},
    {Column::kGiftCard, "Gift Card", "Gift card"},
    {Column::kSeoTitle, "SEO Title", "SEO title"},
    {Column::kSeoDescription, "SEO Description", "SEO description"},
}};

constexpr bool inOrder() {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (static_cast<size_t>(kNames[i].column) != i) return false;
  }
  return true;
}
static_assert(inOrder());

constexpr std::array<Column, 3> kRequired{Column::kHandle, Column::kTitle, Column::kPrice};

// Columns that the import only keeps, but that the generations name differently.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kKept{{
    {"Variant Fulfillment Service", "Fulfillment service"},
    {"Unit Price Total Measure", "Unit price total measure"},
    {"Unit Price Total Measure Unit", "Unit price total measure unit"},
    {"Unit Price Base Measure", "Unit price base measure"},
    {"Unit Price Base Measure Unit", "Unit price base measure unit"},
}};

// Two columns "Note" would share their cells otherwise.
std::string newKey(const std::string& name, std::unordered_set<std::string>& keys) {
  std::string key = name;
  for (int number = 2; !keys.insert(keptKey(key)).second; ++number) key = name + " (" + std::to_string(number) + ")";
  return key;
}

}  // namespace

std::optional<Column> columnNamed(std::string_view name) {
  for (const Names& names : kNames) {
    if (equalsIgnoringCase(name, names.classic) || equalsIgnoringCase(name, names.current)) return names.column;
  }
  return std::nullopt;
}

std::string keptName(std::string_view name, HeaderKind kind) {
  for (const auto& [classic, current] : kKept) {
    if (!equalsIgnoringCase(name, classic) && !equalsIgnoringCase(name, current)) continue;
    return std::string(kind == HeaderKind::kClassic ? classic : current);
  }
  return std::string(name);
}

std::string keptKey(std::string_view name) { return lowered(keptName(name, HeaderKind::kCurrent)); }

RowPart partOf(Column column) noexcept {
  switch (column) {
    case Column::kHandle:
      return RowPart::kHandle;
    case Column::kTitle:
    case Column::kDescription:
    case Column::kVendor:
    case Column::kCategory:
    case Column::kType:
    case Column::kTags:
    case Column::kPublished:
    case Column::kStatus:
    case Column::kOption1Name:
    case Column::kOption2Name:
    case Column::kOption3Name:
    case Column::kGiftCard:
    case Column::kSeoTitle:
    case Column::kSeoDescription:
      return RowPart::kProduct;
    case Column::kImageSrc:
    case Column::kImagePosition:
    case Column::kImageAlt:
      return RowPart::kImage;
    default:
      return RowPart::kVariant;
  }
}

std::string_view columnName(Column column, HeaderKind kind) noexcept {
  const Names& names = kNames[static_cast<size_t>(column)];
  return kind == HeaderKind::kClassic ? names.classic : names.current;
}

Header::Header(std::span<const std::string> cells) {
  std::unordered_set<std::string> keys;
  int classic = 0;
  int current = 0;
  for (const std::string& cell : cells) {
    const std::string_view name = trimmed(cell);
    const std::optional<Column> column = columnNamed(name);
    if (column) {
      std::optional<size_t>& index = indices_[static_cast<size_t>(*column)];
      if (index && !duplicate_) duplicate_ = names_.size();
      index = index.value_or(names_.size());
      const bool as_classic = equalsIgnoringCase(name, columnName(*column, HeaderKind::kClassic));
      const bool as_current = equalsIgnoringCase(name, columnName(*column, HeaderKind::kCurrent));
      if (as_classic && !as_current) ++classic;
      if (as_current && !as_classic) ++current;
    }
    names_.emplace_back(name);
    columns_.push_back(column);
    keys_.push_back(newKey(names_.back(), keys));
  }
  kind_ = classic >= current ? HeaderKind::kClassic : HeaderKind::kCurrent;
}

std::string Header::missing(HeaderKind kind) const {
  std::string list;
  for (const Column column : kRequired) {
    if (index(column)) continue;
    if (!list.empty()) list += ", ";
    list += "\"" + std::string(columnName(column, kind)) + "\"";
  }
  return list;
}

std::optional<RowError> Header::check(uint64_t line) {
  RowError error{line, "", "", "", "", "BAD_HEADER"};
  if (duplicate_) {
    error.column_name = name(*duplicate_);
    error.problem = "appears twice in the header";
    error.expected = "each column once";
    return error;
  }
  if (missing(kind_).empty()) return std::nullopt;
  if (index(Column::kHandle) || index(Column::kPrice)) {
    error.problem = std::string("the header looks like Shopify's ") +
                    (kind_ == HeaderKind::kClassic ? "classic" : "current") + " one, but lacks " + missing(kind_);
    error.expected = "these columns too";
    return error;
  }
  error.value = printable(names_.empty() ? "" : names_.front());
  error.problem = "begins a header of neither kind of Shopify's product file: for the classic kind it lacks " +
                  missing(HeaderKind::kClassic) + ", for the current kind " + missing(HeaderKind::kCurrent);
  error.expected = "a product file as Shopify exports it";
  if (names_.size() == 1 && std::count(names_[0].begin(), names_[0].end(), ';') > 1) {
    error.expected += ", with commas, not semicolons, between the columns";
  }
  return error;
}

std::variant<Header, RowError> Header::parse(uint64_t line, std::span<const std::string> cells) {
  Header header(cells);
  if (std::optional<RowError> error = header.check(line)) return *std::move(error);
  return header;
}

}  // namespace kontor::catalog::shopify
