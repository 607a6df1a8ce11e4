#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "chassis/json/reader.hpp"

// The rules of kontor.api.Field as generated validators apply them: each notes a fault at the member `name`.
namespace kontor::json {

namespace detail {
void missing(std::string_view name, Reader& reader);
void tooLong(std::string_view name, std::size_t bytes, std::size_t limit, Reader& reader);
void tooManyItems(std::string_view name, std::size_t items, std::size_t limit, Reader& reader);
void below(std::string_view name, std::int64_t bound, Reader& reader);
void above(std::string_view name, std::int64_t bound, Reader& reader);
}  // namespace detail

/// REQUIRED unless `present`.
inline void required(bool present, std::string_view name, Reader& reader) {
  if (!present) [[unlikely]]
    detail::missing(name, reader);
}

/// TOO_LONG: a text of more than `limit` bytes.
inline void mostBytes(std::size_t bytes, std::size_t limit, std::string_view name, Reader& reader) {
  if (bytes > limit) [[unlikely]]
    detail::tooLong(name, bytes, limit, reader);
}

/// TOO_MANY_ITEMS: a list or map of more than `limit` items.
inline void mostItems(std::size_t items, std::size_t limit, std::string_view name, Reader& reader) {
  if (items > limit) [[unlikely]]
    detail::tooManyItems(name, items, limit, reader);
}

/// OUT_OF_RANGE: a number less than `bound`.
template <class Number>
void atLeast(Number value, std::int64_t bound, std::string_view name, Reader& reader) {
  if (value < static_cast<Number>(bound)) [[unlikely]]
    detail::below(name, bound, reader);
}

/// OUT_OF_RANGE: a number greater than `bound`.
template <class Number>
void atMost(Number value, std::int64_t bound, std::string_view name, Reader& reader) {
  if (value > static_cast<Number>(bound)) [[unlikely]]
    detail::above(name, bound, reader);
}

/// TOO_LONG for each text of a list.
template <class List>
void mostBytesEach(const List& texts, std::size_t limit, std::string_view name, Reader& reader) {
  const Reader::Path list(reader, name);
  std::size_t index = 0;
  for (const auto& text : texts) {
    const Reader::Path item(reader, index++);
    mostBytes(text.size(), limit, {}, reader);
  }
}

/// TOO_LONG for each name of a map.
template <class Map>
void mostBytesOfNames(const Map& entries, std::size_t limit, std::string_view name, Reader& reader) {
  const Reader::Path map(reader, name);
  for (const auto& entry : entries) mostBytes(entry.first.size(), limit, entry.first, reader);
}

/// TOO_LONG for each text of a map.
template <class Map>
void mostBytesOfValues(const Map& entries, std::size_t limit, std::string_view name, Reader& reader) {
  const Reader::Path map(reader, name);
  for (const auto& entry : entries) mostBytes(entry.second.size(), limit, entry.first, reader);
}

/// The rules of a message inside another one; found by the message's namespace.
template <class Message>
void validateAt(const Message& message, std::string_view name, Reader& reader) {
  const Reader::Path member(reader, name);
  validate(message, reader);
}

/// The rules of each message of a list.
template <class List>
void validateEach(const List& messages, std::string_view name, Reader& reader) {
  const Reader::Path list(reader, name);
  std::size_t index = 0;
  for (const auto& message : messages) {
    const Reader::Path item(reader, index++);
    validate(message, reader);
  }
}

/// The rules of each message of a map.
template <class Map>
void validateValues(const Map& entries, std::string_view name, Reader& reader) {
  const Reader::Path map(reader, name);
  for (const auto& entry : entries) validateAt(entry.second, entry.first, reader);
}

}  // namespace kontor::json
