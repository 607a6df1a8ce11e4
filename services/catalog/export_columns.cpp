#include "services/catalog/export_columns.hpp"

#include <algorithm>
#include <array>

#include "services/catalog/export_cells.hpp"
#include "services/catalog/shopify/csv_writer.hpp"
#include "services/catalog/shopify/text.hpp"

namespace kontor::catalog {
namespace {

using shopify::Column;
using shopify::HeaderKind;
using shopify::kColumnCount;

constexpr std::size_t kColumnsMost = 1024;  // what our own reader takes

constexpr std::array<Column, kColumnCount> kClassicOrder{Column::kHandle,       Column::kTitle,
                                                         Column::kDescription,  Column::kVendor,
                                                         Column::kCategory,     Column::kType,
                                                         Column::kTags,         Column::kPublished,
                                                         Column::kOption1Name,  Column::kOption1Value,
                                                         Column::kOption2Name,  Column::kOption2Value,
                                                         Column::kOption3Name,  Column::kOption3Value,
                                                         Column::kSku,          Column::kGrams,
                                                         Column::kTracker,      Column::kQuantity,
                                                         Column::kPolicy,       Column::kPrice,
                                                         Column::kCompareAt,    Column::kRequiresShipping,
                                                         Column::kTaxable,      Column::kBarcode,
                                                         Column::kImageSrc,     Column::kImagePosition,
                                                         Column::kImageAlt,     Column::kGiftCard,
                                                         Column::kSeoTitle,     Column::kSeoDescription,
                                                         Column::kVariantImage, Column::kWeightUnit,
                                                         Column::kTaxCode,      Column::kStatus};
constexpr std::array<Column, kColumnCount> kCurrentOrder{
    Column::kTitle,         Column::kHandle,        Column::kDescription,
    Column::kVendor,        Column::kCategory,      Column::kType,
    Column::kTags,          Column::kPublished,     Column::kStatus,
    Column::kSku,           Column::kBarcode,       Column::kOption1Name,
    Column::kOption1Value,  Column::kOption2Name,   Column::kOption2Value,
    Column::kOption3Name,   Column::kOption3Value,  Column::kPrice,
    Column::kCompareAt,     Column::kTaxable,       Column::kTaxCode,
    Column::kTracker,       Column::kQuantity,      Column::kPolicy,
    Column::kGrams,         Column::kWeightUnit,    Column::kRequiresShipping,
    Column::kImageSrc,      Column::kImagePosition, Column::kImageAlt,
    Column::kVariantImage,  Column::kGiftCard,      Column::kSeoTitle,
    Column::kSeoDescription};

}  // namespace

ExportColumns::ExportColumns(const shopify::Header& imported) : kind_(imported.kind()) {
  for (std::size_t i = 0; i < imported.size(); ++i) {
    const std::optional<Column> column = imported.column(i);
    if (column) {
      has_[static_cast<std::size_t>(*column)] = true;
    } else {
      kept_.emplace(shopify::keptKey(imported.key(i)), i);
    }
    names_.push_back(imported.name(i));
    columns_.push_back(column);
  }
}

ExportColumns::ExportColumns(HeaderKind kind) : kind_(kind) {
  for (const Column column : kind == HeaderKind::kClassic ? kClassicOrder : kCurrentOrder)
    add(std::string(columnName(column, kind)));
}

void ExportColumns::add(std::string name) {
  const std::optional<Column> column = shopify::columnNamed(name);
  if (column) {
    has_[static_cast<std::size_t>(*column)] = true;
  } else {
    kept_.emplace(shopify::keptKey(name), names_.size());
  }
  names_.push_back(std::move(name));
  columns_.push_back(column);
}

void ExportColumns::writeHeader(std::string& out) const {
  const std::vector<std::string_view> cells(names_.begin(), names_.end());
  shopify::appendCsvRow(out, cells);
}

void ExportColumns::writeRow(const ExportRow& row, std::int64_t image_number, std::string& out) {
  cells_.assign(names_.size(), {});
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (columns_[i]) cells_[i] = row.known[static_cast<std::size_t>(*columns_[i])];
  for (const auto& [name, value] : row.kept) {
    const auto found = kept_.find(shopify::keptKey(name));
    if (found != kept_.end()) {
      cells_[found->second] = value;
    } else {
      miss(name);
    }
  }
  noteKnown(row, image_number);
  shopify::appendCsvRow(out, cells_);
}

void ExportColumns::noteKnown(const ExportRow& row, std::int64_t image_number) {
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (has_[i] || row.known[i].empty()) continue;
    const Column column = static_cast<Column>(i);
    const std::string_view text = shopify::trimmed(row.known[i]);
    const bool said_anyway = (column == Column::kImagePosition && text == std::to_string(image_number)) ||
                             (column == Column::kPublished && isUnlisted(row.known)) ||
                             shopify::equalsIgnoringCase(text, readWhenAbsent(column));
    if (!said_anyway) miss(columnName(column, kind_));
  }
}

void ExportColumns::miss(std::string_view name) {
  if (missing_names_.count(std::string(name)) > 0 || missing_.size() > kColumnsMost) return;
  missing_.emplace_back(name);
  missing_names_.insert(missing_.back());
}

bool ExportColumns::grow() {
  const std::size_t before = names_.size();
  missing_names_.clear();
  for (const std::string& name : std::exchange(missing_, {})) {
    const std::optional<Column> column = shopify::columnNamed(name);
    const bool there = column ? has_[static_cast<std::size_t>(*column)] : kept_.count(shopify::keptKey(name)) > 0;
    if (there || names_.size() >= kColumnsMost) continue;
    added_.push_back(column ? name : shopify::keptName(name, kind_));
    add(added_.back());
  }
  return names_.size() > before;
}

}  // namespace kontor::catalog
