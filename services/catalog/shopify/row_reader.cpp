#include "services/catalog/shopify/row_reader.hpp"

#include <algorithm>

#include "money/decimal.hpp"
#include "services/catalog/shopify/text.hpp"
#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog::shopify {
namespace {

constexpr int64_t kWholeNumberMax = 2'000'000'000;

// Digits only, up to kWholeNumberMax.
std::optional<int64_t> parseWhole(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
    if (value > kWholeNumberMax) return std::nullopt;
  }
  return value;
}

// Weights come as `250`, `250.0` and `453.59237`: rounded half up.
std::optional<int64_t> parseGrams(std::string_view text) {
  const size_t point = text.find('.');
  const std::optional<int64_t> whole = parseWhole(text.substr(0, point));
  if (!whole || point == std::string_view::npos) return whole;
  const std::string_view decimals = text.substr(point + 1);
  if (decimals.empty() || decimals.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return *whole + (decimals.front() >= '5' ? 1 : 0);
}

}  // namespace

bool RowReader::blank() const {
  return std::all_of(row_.fields.begin(), row_.fields.end(),
                     [](const std::string& field) { return trimmed(field).empty(); });
}

std::string_view RowReader::raw(Column column) const {
  const std::optional<size_t> index = header_.index(column);
  if (!index || *index >= row_.fields.size()) return {};
  return row_.fields[*index];
}

std::string_view RowReader::peek(Column column) const { return trimmed(raw(column)); }

std::string RowReader::verbatim(Column column) {
  represent(column, raw(column));
  return std::string(raw(column));
}

std::string RowReader::text(Column column, size_t bytes_max) {
  const std::string_view text = peek(column);
  if (text.size() > bytes_max) {
    fail(column, "TOO_LONG", "is too long (" + std::to_string(text.size()) + " bytes)",
         "at most " + std::to_string(bytes_max) + " bytes");
    return {};
  }
  represent(column, text);
  return std::string(text);
}

bool RowReader::flag(Column column, bool fallback) {
  const std::string word = lowered(peek(column));
  bool value = fallback;
  if (word == "true" || word == "yes" || word == "1") {
    value = true;
  } else if (word == "false" || word == "no" || word == "0") {
    value = false;
  } else if (!word.empty()) {
    fail(column, "NOT_A_FLAG", "is neither true nor false", "true or false");
    return fallback;
  }
  represent(column, value ? "true" : "false");
  return value;
}

int64_t RowReader::wholeNumber(Column column, int64_t min, int64_t fallback) {
  const std::string_view text = peek(column);
  const std::optional<int64_t> value = text.empty() ? std::optional(fallback) : parseWhole(text);
  if (!value || *value < min) {
    const bool negative = text.size() > 1 && text.front() == '-' && parseWhole(text.substr(1));
    fail(column, negative ? "NEGATIVE" : "NOT_A_WHOLE_NUMBER",
         negative ? "is negative" : "is not a whole number in range",
         "a whole number from " + std::to_string(min) + " to " + std::to_string(kWholeNumberMax));
    return fallback;
  }
  represent(column, std::to_string(*value));
  return *value;
}

std::optional<int64_t> RowReader::amount(Column column) {
  const std::string_view text = peek(column);
  if (text.empty()) {
    represent(column, "");
    return std::nullopt;
  }
  const money::ParsedDecimal parsed = money::parseDecimal(text, currency_);
  if (!parsed.ok()) {
    const bool decimals = parsed.error == money::DecimalError::kTooManyDecimals;
    const bool negative = parsed.error == money::DecimalError::kNegative;
    fail(column, decimals ? "TOO_MANY_DECIMALS" : (negative ? "NEGATIVE" : "NOT_AN_AMOUNT"),
         money::problemOf(parsed.error, currency_), money::expectedDecimal(currency_));
    return std::nullopt;
  }
  represent(column, money::formatDecimal(money::Money(parsed.amount, currency_)));
  return parsed.amount;
}

int64_t RowReader::grams(Column column) {
  const std::string_view text = peek(column);
  const std::optional<int64_t> value = text.empty() ? std::optional<int64_t>(0) : parseGrams(text);
  if (!value) {
    fail(column, "NOT_A_WEIGHT", "is not a weight", "a number of grams like 250");
    return 0;
  }
  represent(column, std::to_string(*value));
  return *value;
}

void RowReader::represent(Column column, std::string_view exported) {
  represented_.set(static_cast<size_t>(column));
  if (told_ != nullptr) (*told_)[static_cast<size_t>(column)] = exported;
  written_otherwise_.set(static_cast<size_t>(column), header_.index(column) && raw(column) != exported);
}

void RowReader::fail(Column column, std::string_view reason, std::string problem, std::string expected) {
  const std::optional<size_t> index = header_.index(column);
  RowError error;
  error.line = row_.line;
  error.column_name = index ? header_.name(*index) : std::string(columnName(column, header_.kind()));
  error.value = printable(peek(column));
  error.problem = std::move(problem);
  error.expected = std::move(expected);
  error.reason = reason;
  errors_.push_back(std::move(error));
}

std::vector<Cell> RowReader::extra() const {
  std::vector<Cell> cells;
  for (size_t i = 0; i < header_.size(); ++i) {
    const std::string_view value = i < row_.fields.size() ? std::string_view(row_.fields[i]) : std::string_view();
    const std::optional<Column> column = header_.column(i);
    if (!column) {
      if (!value.empty()) cells.push_back({header_.key(i), std::string(value)});
      continue;
    }
    const auto bit = static_cast<size_t>(*column);
    const bool keep = represented_[bit] ? written_otherwise_[bit] : !value.empty();
    if (keep && errors_.empty()) {
      cells.push_back({std::string(columnName(*column, header_.kind())), std::string(value)});
    }
  }
  return cells;
}

}  // namespace kontor::catalog::shopify
