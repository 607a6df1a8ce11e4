#include "services/catalog/export_rows.hpp"

#include <algorithm>
#include <optional>

#include "money/decimal.hpp"
#include "services/catalog/export_cells.hpp"
#include "services/catalog/shopify/row_parts.hpp"
#include "services/catalog/shopify/row_reader.hpp"
#include "services/catalog/shopify/text.hpp"

namespace kontor::catalog {
namespace {

using shopify::Column;
using shopify::kColumnCount;
using shopify::RowPart;

constexpr std::array<Column, 3> kOptionNames{Column::kOption1Name, Column::kOption2Name, Column::kOption3Name};

// A header that has every column that the import understands, in the order of the enumeration: cells can be read back
// from a row of all of them.
const shopify::Header& wholeHeader() {
  static const shopify::Header header = [] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kColumnCount; ++i)
      names.emplace_back(columnName(static_cast<Column>(i), shopify::HeaderKind::kClassic));
    return std::get<shopify::Header>(shopify::Header::parse(1, names));
  }();
  return header;
}

// An option's name on a later row is not read, but it must not contradict the first row.
bool contradicts(const v1::Product& product, Column column, std::string_view text) {
  const auto found = std::find(kOptionNames.begin(), kOptionNames.end(), column);
  const std::string_view name = shopify::trimmed(text);
  if (found == kOptionNames.end() || name.empty()) return false;
  const int index = static_cast<int>(found - kOptionNames.begin());
  if (product.options().empty()) return index > 0 || !shopify::equalsIgnoringCase(name, "Title");
  return index >= product.options_size() || name != product.options(index).name();
}

}  // namespace

/// Where a row's parts come from.
struct RowMaker::Place {
  const SourceRow* source = nullptr;  // null: no file had this row
  int variant = -1;                   // of the product's; -1: none
  int media = -1;
  std::int64_t position = 0;  // of the picture
  bool first = false;
};

// The file's rows in their order, without what is gone; then what no file had, a variant and a picture on each row.
std::vector<RowMaker::Place> RowMaker::places(const StoredProduct& stored) const {
  const v1::Product& product = stored.product;
  std::unordered_map<std::string_view, int> variants;
  std::unordered_map<std::string_view, int> media;
  for (int i = 0; i < product.variants_size(); ++i) variants.emplace(product.variants(i).id(), i);
  for (int i = 0; i < product.media_size(); ++i) media.emplace(product.media(i).url(), i);
  const auto take = [](std::unordered_map<std::string_view, int>& from, const std::string& key) {
    const auto found = key.empty() ? from.end() : from.find(key);
    if (found == from.end()) return -1;
    const int index = found->second;
    from.erase(found);
    return index;
  };
  std::vector<Place> places;
  for (const SourceRow& row : stored.source.rows()) {
    const Place place{&row, take(variants, row.variant_id()), take(media, row.image_url()), row.image_position()};
    const bool was_something = !row.variant_id().empty() || !row.image_url().empty();
    if (!was_something || place.variant >= 0 || place.media >= 0) places.push_back(place);
  }
  int next_variant = 0;
  int next_media = 0;
  while (!variants.empty() || !media.empty()) {
    Place place;
    while (next_variant < product.variants_size() && place.variant < 0)
      place.variant = take(variants, product.variants(next_variant++).id());
    while (next_media < product.media_size() && place.media < 0)
      place.media = take(media, product.media(next_media++).url());
    place.position = place.media + 1;
    places.push_back(place);
  }
  if (places.empty()) places.emplace_back();
  places.front().first = true;
  return places;
}

const std::vector<ExportRow>& RowMaker::rows(const StoredProduct& stored, const ExportStocks& stocks) {
  const std::vector<Place> found = places(stored);
  rows_.resize(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ExportRow& row = rows_[i];
    for (std::string& cell : row.known) cell.clear();
    row.kept.clear();
    fill(stored, stocks, found[i], row);
    if (found[i].source != nullptr) {
      spell(stored, found[i], row);
    } else if (!stored.source.rows().empty()) {
      ++counts_.added_rows;
    }
  }
  ++counts_.products;
  counts_.variants += stored.product.variants_size();
  counts_.rows += static_cast<std::int64_t>(rows_.size());
  return rows_;
}

// What the shop has now, spelt our way.
void RowMaker::fill(const StoredProduct& stored, const ExportStocks& stocks, const Place& place, ExportRow& row) {
  const v1::Product& product = stored.product;
  cellAt(row.known, Column::kHandle) = product.handle();
  if (place.first) fillProductCells(stored, row.known);
  if (place.variant >= 0) {
    const v1::Variant& variant = product.variants(place.variant);
    fillVariantCells(variant, place.source, currency_, row.known);
    const auto stock = stocks.find(variant.sku());
    const ExportStock said =
        place.source == nullptr
            ? ExportStock{}
            : ExportStock{place.source->tracked(), place.source->continue_selling(), place.source->quantity()};
    fillStockCells(stock == stocks.end() ? said : stock->second, row.known);
  }
  if (place.media >= 0) fillImageCells(product.media(place.media), place.position, row.known);
}

// Which of the file's cells may still stand: those of parts that are gone may not.
RowMaker::Spelling RowMaker::spellingOf(const v1::Product& product, const Place& place, ExportRow& row) const {
  Spelling spelling{};
  const bool variant_gone = place.variant < 0 && !place.source->variant_id().empty();
  const bool image_gone = place.media < 0 && !place.source->image_url().empty();
  for (const SourceCell& cell : place.source->cells()) {
    const std::optional<Column> column = shopify::columnNamed(cell.column());
    if (!column) {
      row.kept.emplace_back(cell.column(), cell.value());
      continue;
    }
    const RowPart part = shopify::partOf(*column);
    if ((part == RowPart::kVariant && variant_gone) || (part == RowPart::kImage && image_gone)) continue;
    if (!place.first && contradicts(product, *column, cell.value())) continue;
    spelling[static_cast<std::size_t>(*column)] = &cell.value();
  }
  return spelling;
}

// The file's own spelling wherever the import would still read the same out of it.
void RowMaker::spell(const StoredProduct& stored, const Place& place, ExportRow& row) {
  const Spelling spelling = spellingOf(stored.product, place, row);
  if (std::all_of(spelling.begin(), spelling.end(), [](const std::string* text) { return text == nullptr; })) return;
  KnownCells candidate = row.known;
  for (std::size_t i = 0; i < kColumnCount; ++i)
    if (spelling[i] != nullptr) candidate[i] = *spelling[i];
  KnownCells told;
  shopify::RowReader cells(wholeHeader(), {1, candidate}, currency_);
  cells.tellInto(told);
  readBack(cells, stored.product, place);
  // "unlisted" is a status and a publication in one word: both must still be so.
  const bool listed_now =
      isUnlisted(candidate) && cellAt(told, Column::kPublished) != cellAt(row.known, Column::kPublished);
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (spelling[i] == nullptr) continue;
    const Column column = static_cast<Column>(i);
    const bool same = !cells.represented(column) || told[i] == row.known[i];
    if (same && cells.errorCount() == 0 && !(column == Column::kStatus && listed_now)) {
      row.known[i] = *spelling[i];
    } else {
      ++counts_.changed[i];
    }
  }
}

void RowMaker::readBack(shopify::RowReader& cells, const v1::Product& known, const Place& place) {
  readHandle(cells);
  shopify::ImportedProduct product;
  if (place.first) {
    readProduct(cells, product);
  } else {
    for (const v1::Option& option : known.options()) product.options.push_back(option.name());
  }
  if (place.variant >= 0) readVariant(cells, product, false);
  if (place.media >= 0) readImage(cells, place.position);
}

}  // namespace kontor::catalog
