#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "money/currency.hpp"
#include "services/catalog/merge.hpp"
#include "services/catalog/shopify/header.hpp"

namespace kontor::catalog::shopify {
class RowReader;
}

namespace kontor::catalog {

/// What inventory says of a sku now.
struct ExportStock {
  bool tracked = false;
  bool backorder = false;
  std::int64_t on_hand = 0;
};
using ExportStocks = std::unordered_map<std::string, ExportStock>;

using KnownCells = std::array<std::string, shopify::kColumnCount>;  // by shopify::Column

/// One row of an exported file, whatever its columns will be.
struct ExportRow {
  KnownCells known;
  /// Cells that the import only keeps: the column's name as it was written, and the value.
  std::vector<std::pair<std::string_view, std::string_view>> kept;
};

/// What an export tells of how its cells came about.
struct ExportCounts {
  std::int64_t products = 0;
  std::int64_t variants = 0;
  std::int64_t rows = 0;
  /// Cells whose spelling in the file was given up, because the shop has another value now; by shopify::Column.
  std::array<std::int64_t, shopify::kColumnCount> changed{};
  /// Rows that no file had: variants and pictures that were added in the shop.
  std::int64_t added_rows = 0;
};

/// Writes products as rows of a product file: what the shop has now, spelt as the file spelt it wherever that still
/// says the same. Importing the rows gives the same product, and exporting that the same rows. Pure.
class RowMaker {
 public:
  explicit RowMaker(money::Currency currency) : currency_(currency) {}

  /// The product's rows, valid until the next call; they show texts of `stored`, which must live as long. A sku that
  /// `stocks` lacks is taken for what the file said of it.
  const std::vector<ExportRow>& rows(const StoredProduct& stored, const ExportStocks& stocks);

  const ExportCounts& counts() const { return counts_; }

 private:
  struct Place;
  using Spelling = std::array<const std::string*, shopify::kColumnCount>;  // null: the file's cell does not count

  std::vector<Place> places(const StoredProduct& stored) const;
  void fill(const StoredProduct& stored, const ExportStocks& stocks, const Place& place, ExportRow& row);
  void spell(const StoredProduct& stored, const Place& place, ExportRow& row);
  Spelling spellingOf(const v1::Product& product, const Place& place, ExportRow& row) const;
  static void readBack(shopify::RowReader& cells, const v1::Product& known, const Place& place);

  money::Currency currency_;
  std::vector<ExportRow> rows_;
  ExportCounts counts_;
};

}  // namespace kontor::catalog
