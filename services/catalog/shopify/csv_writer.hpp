#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kontor::catalog::shopify {

/// Appends one row of CSV (RFC 4180) that `CsvReader` reads back to the same cells: in quotes only what needs them
/// (commas, quotes, line ends), LF at the end. A row of one empty cell would be an empty line, which readers pass over.
void appendCsvRow(std::string& out, std::span<const std::string_view> cells);

/// Whether a cell stands in quotes when it is written.
bool needsQuotes(std::string_view cell) noexcept;

}  // namespace kontor::catalog::shopify
