#include "services/catalog/shopify/row_error.hpp"

#include "services/catalog/shopify/csv_reader.hpp"
#include "services/catalog/shopify/header.hpp"
#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog::shopify {
namespace {

struct Words {
  std::string_view problem;
  std::string_view expected;
  std::string_view reason;
};

Words wordsOf(CsvProblem problem) {
  switch (problem) {
    case CsvProblem::kUnclosedQuote:
      return {"opens a quote that is not closed", "a closing quote at the field's end, and \"\" for a quote inside it",
              "UNCLOSED_QUOTE"};
    case CsvProblem::kTextAfterQuote:
      return {"goes on after its closing quote", "a comma or the line's end there, and \"\" for a quote inside a field",
              "TEXT_AFTER_QUOTE"};
    case CsvProblem::kInvalidText:
      return {"is not valid UTF-8", "a file saved as CSV UTF-8", "INVALID_UTF8"};
    case CsvProblem::kNotUtf8:
      return {"begins a file in UTF-16", "a file saved as CSV UTF-8", "NOT_UTF8"};
    case CsvProblem::kTooManyFields:
      return {"is in a field beyond the last column",
              "at most as many fields as the header has columns:", "TOO_MANY_FIELDS"};
    case CsvProblem::kFieldTooLarge:
      return {"begins a field that is too large, or a quote that is not closed",
              "at most this many bytes in a field:", "FIELD_TOO_LARGE"};
    case CsvProblem::kRowTooLarge:
      return {"ends a row that is too large", "at most this many bytes in a row:", "ROW_TOO_LARGE"};
  }
  return {};
}

}  // namespace

std::string formatRowError(const RowError& error) {
  std::string text = "line " + std::to_string(error.line);
  if (!error.column_name.empty()) text += ", column \"" + error.column_name + "\"";
  if (!error.value.empty()) {
    text += ": \"" + error.value + "\"";
  } else if (error.column_name.empty()) {
    text += ':';
  }
  text += " " + error.problem;
  if (!error.expected.empty()) text += "; expected " + error.expected;
  return text;
}

RowError rowErrorOf(const CsvError& error, const Header* header) {
  const Words words = wordsOf(error.problem);
  RowError out;
  out.line = error.line;
  out.column_name = header != nullptr && error.field < header->size() ? header->name(error.field)
                                                                      : "#" + std::to_string(error.field + 1);
  out.value = printable(error.excerpt);
  out.problem = words.problem;
  if (error.problem == CsvProblem::kInvalidText)
    out.problem += " (byte " + std::to_string(error.offset + 1) + " of the file)";
  out.expected = words.expected;
  if (out.expected.ends_with(':')) out.expected += " " + std::to_string(error.limit);
  out.reason = words.reason;
  return out;
}

}  // namespace kontor::catalog::shopify
