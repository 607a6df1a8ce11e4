#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/catalog/export_rows.hpp"

namespace kontor::catalog {

/// The columns of an exported file, and its rows in them. Columns that the header lacks are noted when a row has
/// something to say in them: `grow` adds them, and the file is written again.
class ExportColumns {
 public:
  /// The columns of a file that was imported, as it had them.
  explicit ExportColumns(const shopify::Header& imported);
  /// All that the import understands, in Shopify's order.
  explicit ExportColumns(shopify::HeaderKind kind);

  void writeHeader(std::string& out) const;
  /// `image_number`: the place of its picture, should it have one, among the product's, from 1.
  void writeRow(const ExportRow& row, std::int64_t image_number, std::string& out);

  /// Whether a row had something to say that the columns have no place for.
  bool lacking() const { return !missing_.empty(); }
  /// Adds the columns that were missed, up to what a reader takes; false when none was added.
  bool grow();
  /// Those that were added, in their order.
  const std::vector<std::string>& added() const { return added_; }

 private:
  void add(std::string name);
  void miss(std::string_view name);
  void noteKnown(const ExportRow& row, std::int64_t image_number);

  shopify::HeaderKind kind_;
  std::vector<std::string> names_;
  std::vector<std::optional<shopify::Column>> columns_;  // of each name
  std::array<bool, shopify::kColumnCount> has_{};        // by shopify::Column
  std::unordered_map<std::string, std::size_t> kept_;    // by shopify::keptKey
  std::vector<std::string> missing_;                     // in the order in which they were missed
  std::unordered_set<std::string> missing_names_;
  std::vector<std::string> added_;
  std::vector<std::string_view> cells_;  // of the row being written
};

}  // namespace kontor::catalog
