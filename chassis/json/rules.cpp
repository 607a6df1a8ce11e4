#include "chassis/json/rules.hpp"

#include <optional>
#include <string>

namespace kontor::json::detail {
namespace {

/// Notes a fault at `name`; an item of a list has no name, the path already ends in its index.
void faultAt(std::string_view name, std::string_view reason, std::string detail, Reader& reader) {
  std::optional<Reader::Path> member;
  if (name.data() != nullptr) member.emplace(reader, name);
  reader.fault(reason, std::move(detail));
}

}  // namespace

void missing(std::string_view name, Reader& reader) {
  faultAt(name, "REQUIRED", "this field must be given and not be empty", reader);
}

void tooLong(std::string_view name, std::size_t bytes, std::size_t limit, Reader& reader) {
  faultAt(name, "TOO_LONG", "at most " + std::to_string(limit) + " bytes are allowed, found " + std::to_string(bytes),
          reader);
}

void tooManyItems(std::string_view name, std::size_t items, std::size_t limit, Reader& reader) {
  faultAt(name, "TOO_MANY_ITEMS",
          "at most " + std::to_string(limit) + " items are allowed, found " + std::to_string(items), reader);
}

void below(std::string_view name, std::int64_t bound, Reader& reader) {
  faultAt(name, "OUT_OF_RANGE", "must be at least " + std::to_string(bound), reader);
}

void above(std::string_view name, std::int64_t bound, Reader& reader) {
  faultAt(name, "OUT_OF_RANGE", "must be at most " + std::to_string(bound), reader);
}

}  // namespace kontor::json::detail
