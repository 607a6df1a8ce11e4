#include "services/catalog/export_cells.hpp"

#include <algorithm>

#include "money/decimal.hpp"
#include "services/catalog/shopify/text.hpp"

namespace kontor::catalog {
namespace {

using shopify::Column;

constexpr std::array<Column, 3> kNames{Column::kOption1Name, Column::kOption2Name, Column::kOption3Name};
constexpr std::array<Column, 3> kValues{Column::kOption1Value, Column::kOption2Value, Column::kOption3Value};

void setFlag(KnownCells& cells, Column column, bool value) { cellAt(cells, column) = value ? "true" : "false"; }

// The file's own category; of a product that no file had, one that is not its type again.
std::string categoryOf(const StoredProduct& stored) {
  const v1::Product& product = stored.product;
  if (!stored.source.rows().empty()) return stored.source.category();
  if (product.categories().empty() || product.categories(0) == product.type()) return {};
  return product.categories(0);
}

// An active product that the file did not publish is a draft here: it comes out as it went in.
void fillVisibility(const StoredProduct& stored, KnownCells& cells) {
  const ProductSource& source = stored.source;
  const v1::Product::Status status = stored.product.status();
  const bool hidden = status == v1::Product::STATUS_DRAFT && source.active() && !source.published();
  const bool active = status == v1::Product::STATUS_ACTIVE;
  cellAt(cells, Column::kStatus) = hidden ? "active" : std::string(statusName(status));
  setFlag(cells, Column::kPublished, active || (!hidden && source.published()));
}

std::string decimal(std::int64_t amount, money::Currency currency) {
  return money::formatDecimal(money::Money(amount, currency));
}

}  // namespace

void fillProductCells(const StoredProduct& stored, KnownCells& cells) {
  const v1::Product& product = stored.product;
  cellAt(cells, Column::kTitle) = product.title();
  cellAt(cells, Column::kDescription) = product.description();
  cellAt(cells, Column::kVendor) = product.vendor();
  cellAt(cells, Column::kCategory) = categoryOf(stored);
  cellAt(cells, Column::kType) = product.type();
  std::string& tags = cellAt(cells, Column::kTags);
  for (const std::string& tag : product.tags()) tags.append(tags.empty() ? "" : ", ").append(tag);
  fillVisibility(stored, cells);
  setFlag(cells, Column::kGiftCard, stored.source.gift_card());
  cellAt(cells, Column::kSeoTitle) = product.seo().title();
  cellAt(cells, Column::kSeoDescription) = product.seo().description();
  const int options = std::min<int>(product.options_size(), static_cast<int>(kNames.size()));
  for (int i = 0; i < options; ++i) cellAt(cells, kNames[static_cast<std::size_t>(i)]) = product.options(i).name();
  if (options == 0) cellAt(cells, kNames[0]) = "Title";
}

void fillVariantCells(const v1::Variant& variant, const SourceRow* source, money::Currency currency,
                      KnownCells& cells) {
  const int values = std::min<int>(variant.option_values_size(), static_cast<int>(kValues.size()));
  for (int i = 0; i < values; ++i) cellAt(cells, kValues[static_cast<std::size_t>(i)]) = variant.option_values(i);
  if (values == 0) cellAt(cells, kValues[0]) = "Default Title";
  if (source == nullptr || !source->sku_made()) cellAt(cells, Column::kSku) = variant.sku();
  cellAt(cells, Column::kBarcode) = variant.barcode();
  cellAt(cells, Column::kGrams) = std::to_string(variant.weight_grams());
  const Price price = priceOf(variant);
  cellAt(cells, Column::kPrice) = decimal(price.amount, currency);
  if (price.compare_at) cellAt(cells, Column::kCompareAt) = decimal(*price.compare_at, currency);
  setFlag(cells, Column::kRequiresShipping, variant.requires_shipping());
  setFlag(cells, Column::kTaxable, variant.tax_class() != kTaxExempt);
  cellAt(cells, Column::kVariantImage) = variant.media_url();
  if (source == nullptr) return;
  cellAt(cells, Column::kTaxCode) = source->tax_code();
  cellAt(cells, Column::kWeightUnit) = source->weight_unit();
}

void fillStockCells(const ExportStock& stock, KnownCells& cells) {
  cellAt(cells, Column::kTracker) = stock.tracked ? "shopify" : "";
  cellAt(cells, Column::kQuantity) = std::to_string(std::max<std::int64_t>(stock.on_hand, 0));
  cellAt(cells, Column::kPolicy) = stock.backorder ? "continue" : "deny";
}

void fillImageCells(const v1::Media& media, std::int64_t position, KnownCells& cells) {
  cellAt(cells, Column::kImageSrc) = media.url();
  cellAt(cells, Column::kImagePosition) = std::to_string(position);
  cellAt(cells, Column::kImageAlt) = media.alt();
}

bool isUnlisted(const KnownCells& cells) {
  return shopify::equalsIgnoringCase(shopify::trimmed(cellAt(cells, Column::kStatus)), "unlisted");
}

std::string_view readWhenAbsent(Column column) noexcept {
  switch (column) {
    case Column::kPublished:
    case Column::kRequiresShipping:
    case Column::kTaxable:
      return "true";
    case Column::kGiftCard:
      return "false";
    case Column::kStatus:
      return "active";
    case Column::kGrams:
    case Column::kQuantity:
      return "0";
    case Column::kPolicy:
      return "deny";
    case Column::kOption1Name:
      return "Title";
    case Column::kOption1Value:
      return "Default Title";
    default:
      return {};
  }
}

}  // namespace kontor::catalog
