// The document half of reader.hpp: a thin skin over simdjson's DOM, which validates the whole text (UTF-8, numbers,
// escapes) while it parses, as a strict reader must.
#include <simdjson.h>

#include <bit>
#include <new>

#include "chassis/base/assert.hpp"
#include "chassis/json/malformed.hpp"
#include "chassis/json/reader.hpp"

namespace kontor::json {
namespace {

using simdjson::dom::element;
using Place = std::array<std::uint64_t, 2>;

/// Parsers and documents grow with the largest text they have seen; beyond this they are not kept for the next one.
constexpr std::size_t kKeptBytes = 1 << 20;

template <class Simd>
Place placeOf(const Simd& simd) {
  static_assert(std::is_trivially_copyable_v<Simd>);
  return std::bit_cast<Place>(simd);
}

template <class Simd>
Simd simdAt(const Place& place) {
  return std::bit_cast<Simd>(place);
}

simdjson::error_code parseInto(simdjson::dom::document& document, std::string_view text, int depth) {
  thread_local simdjson::dom::parser parser;
  // simdjson counts the text itself as a level.
  const auto levels = static_cast<std::size_t>(depth) + 1;
  if (parser.max_depth() != levels) {
    if (const auto failure = parser.allocate(parser.capacity(), levels)) return failure;
  }
  const auto failure = parser.parse_into_document(document, text.data(), text.size()).error();
  if (parser.capacity() > kKeptBytes) parser = simdjson::dom::parser();
  return failure;
}

}  // namespace

struct Document::Impl {
  simdjson::dom::document document;
};

Document::Document(std::unique_ptr<Impl> impl, const Limits& limits) : impl_(std::move(impl)), limits_(limits) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() {
  if (impl_ && impl_->document.capacity() <= kKeptBytes) spare() = std::move(impl_);
}

std::unique_ptr<Document::Impl>& Document::spare() {
  // The last document of this thread: its memory serves the next one.
  thread_local std::unique_ptr<Impl> spare;
  return spare;
}

Document Document::parse(std::string_view text, const Limits& limits) {
  std::unique_ptr<Impl> impl = std::move(spare());
  if (!impl) impl = std::make_unique<Impl>();
  const simdjson::error_code failure = parseInto(impl->document, text, limits.depth);
  if (failure == simdjson::MEMALLOC) throw std::bad_alloc();
  if (failure != simdjson::SUCCESS) throw malformed(text, limits, simdjson::error_message(failure));
  return Document(std::move(impl), limits);
}

Value Document::root() const {
  Value root;
  root.place_ = placeOf(impl_->document.root());
  return root;
}

Value::Type Value::type() const {
  switch (simdAt<element>(place_).type()) {
    case simdjson::dom::element_type::ARRAY:
      return Type::kArray;
    case simdjson::dom::element_type::OBJECT:
      return Type::kObject;
    case simdjson::dom::element_type::INT64:
      return Type::kInteger;
    case simdjson::dom::element_type::STRING:
      return Type::kString;
    case simdjson::dom::element_type::BOOL:
      return Type::kBoolean;
    case simdjson::dom::element_type::UINT64:  // only what is beyond int64
    case simdjson::dom::element_type::DOUBLE:
      return Type::kNumber;
    case simdjson::dom::element_type::NULL_VALUE:
      break;
  }
  return Type::kNull;
}

bool Value::boolean() const {
  KONTOR_ASSERT(type() == Type::kBoolean, "not a boolean");
  return simdAt<element>(place_).get_bool().value_unsafe();
}

std::int64_t Value::integer() const {
  KONTOR_ASSERT(type() == Type::kInteger, "not a whole number of 64 bits");
  return simdAt<element>(place_).get_int64().value_unsafe();
}

std::optional<std::uint64_t> Value::unsignedInteger() const {
  std::uint64_t number = 0;
  if (simdAt<element>(place_).get_uint64().get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

double Value::number() const {
  KONTOR_ASSERT(type() == Type::kNumber || type() == Type::kInteger, "not a number");
  return simdAt<element>(place_).get_double().value_unsafe();
}

std::string_view Value::string() const {
  KONTOR_ASSERT(type() == Type::kString, "not a string");
  return simdAt<element>(place_).get_string().value_unsafe();
}

ObjectCursor::ObjectCursor(const Value& object) {
  KONTOR_ASSERT(object.type() == Value::Type::kObject, "not an object");
  const simdjson::dom::object members = simdAt<element>(object.place_).get_object().value_unsafe();
  at_ = placeOf(members.begin());
  end_ = placeOf(members.end());
  size_ = members.size();
}

bool ObjectCursor::next() {
  using Iterator = simdjson::dom::object::iterator;
  auto at = simdAt<Iterator>(at_);
  if (started_ && at != simdAt<Iterator>(end_)) ++at;
  started_ = true;
  at_ = placeOf(at);
  if (at == simdAt<Iterator>(end_)) return false;
  key_ = at.key();
  value_.place_ = placeOf(at.value());
  return true;
}

ArrayCursor::ArrayCursor(const Value& array) {
  KONTOR_ASSERT(array.type() == Value::Type::kArray, "not a list");
  const simdjson::dom::array items = simdAt<element>(array.place_).get_array().value_unsafe();
  at_ = placeOf(items.begin());
  end_ = placeOf(items.end());
}

bool ArrayCursor::next() {
  using Iterator = simdjson::dom::array::iterator;
  auto at = simdAt<Iterator>(at_);
  if (started_ && at != simdAt<Iterator>(end_)) ++at;
  started_ = true;
  at_ = placeOf(at);
  if (at == simdAt<Iterator>(end_)) return false;
  value_.place_ = placeOf(*at);
  return true;
}

}  // namespace kontor::json
