#pragma once

#include "services/catalog/export_rows.hpp"

namespace kontor::catalog {

// The parts of a row, each spelt as the import would write it: what `RowReader::represent` is told of a cell that says
// the same. `cells` is filled in place.

/// The product's own part, of its first row. A status and a publication that the file told apart stay told apart as
/// long as the shop has not decided otherwise.
void fillProductCells(const StoredProduct& stored, KnownCells& cells);

/// A variant's part without its stock; `source` is its row in the file, or null.
void fillVariantCells(const v1::Variant& variant, const SourceRow* source, money::Currency currency, KnownCells& cells);

void fillStockCells(const ExportStock& stock, KnownCells& cells);

/// A picture's part; `position` from 1.
void fillImageCells(const v1::Media& media, std::int64_t position, KnownCells& cells);

inline std::string& cellAt(KnownCells& cells, shopify::Column column) {
  return cells[static_cast<std::size_t>(column)];
}
inline const std::string& cellAt(const KnownCells& cells, shopify::Column column) {
  return cells[static_cast<std::size_t>(column)];
}

/// Whether the row's status is "unlisted", which says of itself that the product is not published.
bool isUnlisted(const KnownCells& cells);

/// What a column that the file lacks is read as; empty for most.
std::string_view readWhenAbsent(shopify::Column column) noexcept;

}  // namespace kontor::catalog
