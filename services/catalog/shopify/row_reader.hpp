#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "money/currency.hpp"
#include "services/catalog/shopify/csv_reader.hpp"
#include "services/catalog/shopify/header.hpp"
#include "services/catalog/shopify/imported_product.hpp"
#include "services/catalog/shopify/row_error.hpp"

namespace kontor::catalog::shopify {

/// Reads the cells of one row by type, notes what is wrong, and keeps what reading would lose.
///
/// A getter whose cell is wrong calls `fail` and returns its fallback: read on, so that the owner hears of all that
/// is wrong with a row at once, and look at `errorCount` in the end. A column that the file lacks reads as empty.
/// Holds references to the header and to the row's cells: use it within `CsvSink::row`.
class RowReader {
 public:
  RowReader(const Header& header, CsvRow row, money::Currency currency)
      : header_(header), row_(row), currency_(currency) {}

  uint64_t line() const noexcept { return row_.line; }
  /// Whether all cells are empty or blank.
  bool blank() const;
  /// The trimmed text of a cell, without counting it as read.
  std::string_view peek(Column column) const;

  /// The cell as it stands, blanks included.
  std::string verbatim(Column column);
  /// The trimmed text; longer than `bytes_max` is an error.
  std::string text(Column column, size_t bytes_max);
  /// `true|false`, `yes|no` or `1|0`; empty is `fallback`.
  bool flag(Column column, bool fallback);
  /// A whole number from `min` to 2,000,000,000; empty is `fallback`.
  int64_t wholeNumber(Column column, int64_t min, int64_t fallback);
  /// A price in the shop's currency, as minor units; empty is nothing.
  std::optional<int64_t> amount(Column column);
  /// A weight in grams, rounded to whole ones; empty is 0.
  int64_t grams(Column column);

  /// From now on `represent` also writes into `cells` what it is told.
  void tellInto(std::array<std::string, kColumnCount>& cells) noexcept { told_ = &cells; }
  /// Whether somebody has said how an export will write the cell.
  bool represented(Column column) const { return represented_[static_cast<size_t>(column)]; }

  /// Says how an export will write the cell from the product's fields; if the file writes it otherwise, the cell as
  /// it stands is kept. The getters above do this themselves.
  void represent(Column column, std::string_view exported);

  /// Notes that the cell is wrong, see `RowError`.
  void fail(Column column, std::string_view reason, std::string problem, std::string expected);

  size_t errorCount() const noexcept { return errors_.size(); }
  const std::vector<RowError>& errors() const noexcept { return errors_; }

  /// The cells to keep for export: those that differ from what `represent` was told, and all that nobody read and
  /// that are not empty. Of a row with errors only unknown columns: its wrong cells shall not come back.
  std::vector<Cell> extra() const;

 private:
  std::string_view raw(Column column) const;

  const Header& header_;
  CsvRow row_;
  money::Currency currency_;
  std::bitset<kColumnCount> represented_;
  std::bitset<kColumnCount> written_otherwise_;
  std::vector<RowError> errors_;
  std::array<std::string, kColumnCount>* told_ = nullptr;
};

}  // namespace kontor::catalog::shopify
