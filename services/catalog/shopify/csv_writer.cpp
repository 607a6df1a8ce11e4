#include "services/catalog/shopify/csv_writer.hpp"

namespace kontor::catalog::shopify {
namespace {

void appendQuoted(std::string& out, std::string_view cell) {
  out.push_back('"');
  while (!cell.empty()) {
    const std::size_t end = cell.find('"');
    out.append(cell.substr(0, end));
    if (end == std::string_view::npos) break;
    out.append("\"\"");
    cell.remove_prefix(end + 1);
  }
  out.push_back('"');
}

}  // namespace

bool needsQuotes(std::string_view cell) noexcept { return cell.find_first_of(",\"\r\n") != std::string_view::npos; }

void appendCsvRow(std::string& out, std::span<const std::string_view> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out.push_back(',');
    if (needsQuotes(cells[i])) {
      appendQuoted(out, cells[i]);
    } else {
      out.append(cells[i]);
    }
  }
  out.push_back('\n');
}

}  // namespace kontor::catalog::shopify
