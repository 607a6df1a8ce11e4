#include "services/catalog/export_report.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"
#include "services/catalog/shopify/utf8.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

using shopify::HeaderKind;

constexpr int kNotesMost = 40;  // the report travels in a header

std::optional<shopify::Header> headerOf(const std::string& names) {
  std::vector<std::string> cells;
  const json::Document document = json::Document::parse(names);
  json::ArrayCursor cursor(document.root());
  while (cursor.next()) cells.emplace_back(cursor.value().string());
  auto header = shopify::Header::parse(1, cells);
  if (auto* known = std::get_if<shopify::Header>(&header)) return std::move(*known);
  return std::nullopt;
}

class Notes {
 public:
  explicit Notes(v1::ExportReport& report) : report_(report) {}

  void add(std::string kind, std::int64_t count, const std::string& message, const std::string& column = {}) {
    if (count == 0 || report_.notes_size() >= kNotesMost) return;
    v1::ExportNote& note = *report_.add_notes();
    note.set_kind(std::move(kind));
    note.set_column(shopify::printable(column));
    note.set_count(count);
    note.set_message(message);
  }

 private:
  v1::ExportReport& report_;
};

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

void tellOfFile(const ExportOrigin& origin, Notes& notes) {
  const FileHabits& habits = origin.habits;
  notes.add("byte_order_mark", habits.byte_order_mark() ? 1 : 0, "the file's byte order mark is left out");
  notes.add("line_ends", habits.other_line_ends(),
            counted(habits.other_line_ends(), "line ends", "lines end") + " with LF, not with CR LF, CR or nothing");
  notes.add("needless_quotes", habits.needless_quotes(),
            counted(habits.needless_quotes(), "cell stands", "cells stand") + " without quotes that they do not need");
  notes.add("empty_rows", habits.empty_rows(),
            counted(habits.empty_rows(), "empty row is", "empty rows are") + " left out");
  notes.add("row_lengths", habits.other_lengths(),
            counted(habits.other_lengths(), "row has", "rows have") + " as many cells as the header");
  notes.add("column_names", habits.trimmed_names(),
            counted(habits.trimmed_names(), "column's name stands", "columns' names stand") + " without blanks around");
  notes.add(
      "refused_rows", origin.refused,
      counted(origin.refused, "fault", "faults") + " of the import: those rows are not here, or not as they were");
}

}  // namespace

ExportOrigin originOf(const std::vector<ImportedFile>& files, v1::ExportProductsRequest::Header wanted) {
  ExportOrigin origin;
  const bool classic = wanted == v1::ExportProductsRequest::HEADER_CLASSIC;
  if (classic) origin.kind = HeaderKind::kClassic;
  for (const ImportedFile& file : files) {
    std::optional<shopify::Header> header = headerOf(file.header);
    const bool any = wanted == v1::ExportProductsRequest::HEADER_UNSPECIFIED;
    if (!header || (!any && header->kind() != origin.kind)) continue;
    origin.kind = header->kind();
    origin.header = std::move(header);
    origin.refused = file.refused;
    origin.habits = file.habits;
    break;
  }
  return origin;
}

std::string reportOf(const ExportCounts& counts, const ExportColumns& columns, const ExportOrigin& origin) {
  v1::ExportReport report;
  report.set_products(counts.products);
  report.set_variants(counts.variants);
  report.set_rows(counts.rows);
  Notes notes(report);
  tellOfFile(origin, notes);
  notes.add("added_rows", counts.added_rows,
            counted(counts.added_rows, "row is", "rows are") + " of variants and pictures that no file had");
  for (std::size_t i = 0; i < counts.changed.size(); ++i) {
    const std::string name(columnName(static_cast<shopify::Column>(i), origin.kind));
    notes.add("changed_cells", counts.changed[i],
              name + ": " + counted(counts.changed[i], "cell says", "cells say") + " what the shop has now", name);
  }
  if (origin.header) {
    for (const std::string& name : columns.added())
      notes.add("added_column", 1, shopify::printable(name) + ": a column that the imported file did not have", name);
  }
  std::string text;
  json::Writer writer(text);
  v1::writeJson(report, writer);
  return text;
}

}  // namespace kontor::catalog
