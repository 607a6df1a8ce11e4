#include "chassis/store/sql.hpp"

#include "chassis/base/assert.hpp"

namespace kontor::store {
namespace {

template <class T>
const T& read(const std::vector<Param::Value>& columns, std::size_t column, std::string_view wrong_type) {
  KONTOR_ASSERT(column < columns.size(), "a row has no such column");
  const T* value = std::get_if<T>(&columns[column]);
  KONTOR_ASSERT(value != nullptr, wrong_type);
  return *value;
}

}  // namespace

bool Row::isNull(std::size_t column) const {
  KONTOR_ASSERT(column < columns_.size(), "a row has no such column");
  return std::holds_alternative<std::monostate>(columns_[column]);
}

std::int64_t Row::int64(std::size_t column) const {
  return read<std::int64_t>(columns_, column, "the column is no BIGINT");
}

bool Row::boolean(std::size_t column) const {
  KONTOR_ASSERT(column < columns_.size(), "a row has no such column");
  if (const bool* value = std::get_if<bool>(&columns_[column])) return *value;
  const std::int64_t value = read<std::int64_t>(columns_, column, "the column is no BOOLEAN");
  KONTOR_ASSERT(value == 0 || value == 1, "a BOOLEAN column holds another number than 0 or 1");
  return value == 1;
}

const std::string& Row::text(std::size_t column) const {
  return read<std::string>(columns_, column, "the column is no TEXT");
}

const std::string& Row::bytes(std::size_t column) const {
  return read<Bytes>(columns_, column, "the column is no BLOB or BYTEA").data;
}

Time Row::time(std::size_t column) const { return fromMicros(int64(column)); }

std::optional<std::int64_t> Row::optionalInt64(std::size_t column) const {
  if (isNull(column)) return std::nullopt;
  return int64(column);
}

std::optional<Time> Row::optionalTime(std::size_t column) const {
  if (isNull(column)) return std::nullopt;
  return time(column);
}

std::optional<std::string> Row::optionalText(std::size_t column) const {
  if (isNull(column)) return std::nullopt;
  return text(column);
}

}  // namespace kontor::store
