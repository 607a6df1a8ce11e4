#include "chassis/json/walk.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "chassis/base/assert.hpp"
#include "chassis/json/base64.hpp"

namespace kontor::json {
namespace {

/// An object within its limit of members, or nothing and a fault.
std::optional<ObjectCursor> openObject(const Value& value, Reader& reader) {
  if (value.isNull()) return std::nullopt;
  if (value.type() != Value::Type::kObject) {
    reader.wrongType("an object", value);
    return std::nullopt;
  }
  ObjectCursor cursor(value);
  const auto limit = static_cast<std::size_t>(reader.limits().members);
  if (cursor.size() > limit) {
    reader.fault("TOO_MANY_MEMBERS", "an object may have " + std::to_string(limit) + " members, this one has " +
                                         std::to_string(cursor.size()));
    return std::nullopt;
  }
  return cursor;
}

std::string listed(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list += ", ";
    list.append("\"").append(word).append("\"");
  }
  return list;
}

template <class Integer>
bool readIntegerText(std::string_view text, Integer& out, Reader& reader) {
  Integer number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure == std::errc() && stop == end) {
    out = number;
    return true;
  }
  using Range = std::numeric_limits<Integer>;
  reader.fault("WRONG_TYPE",
               "expected a whole number from " + std::to_string(Range::min()) + " to " + std::to_string(Range::max()));
  return false;
}

template <class Real>
bool readRealText(std::string_view text, Real& out, Reader& reader) {
  Real number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure == std::errc() && stop == end && std::isfinite(number)) {
    out = number;
    return true;
  }
  reader.fault("WRONG_TYPE", "expected a number");
  return false;
}

}  // namespace

Members::Members(const Value& value, std::span<const std::string_view> declared, Reader& reader)
    : reader_(reader), declared_(declared), cursor_(openObject(value, reader)) {
  KONTOR_ASSERT(declared.size() <= kMostDeclaredMembers, "a message declares too many members");
}

bool Members::next() {
  path_.reset();
  while (cursor_ && cursor_->next()) {
    const std::string_view key = cursor_->key();
    const bool strict = reader_.unknown() == Unknown::kRefuse;
    if (!find(key)) {
      const Reader::Path at(reader_, key);
      if (strict) reader_.fault("UNKNOWN_FIELD", "no such field is known here: leave it out, or correct its name");
      continue;
    }
    if (seen_.test(index_)) {
      const Reader::Path at(reader_, key);
      if (strict) reader_.fault("DUPLICATE_FIELD", "this field is given more than once");
      continue;
    }
    seen_.set(index_);
    value_ = cursor_->value();
    if (value_.isNull()) continue;
    path_.emplace(reader_, declared_[index_]);
    return true;
  }
  return false;
}

bool Members::find(std::string_view key) {
  for (std::size_t tried = 0; tried < declared_.size(); ++tried) {
    const std::size_t candidate = expected_;
    expected_ = expected_ + 1 < declared_.size() ? expected_ + 1 : 0;
    if (declared_[candidate] == key) {
      index_ = candidate;
      return true;
    }
  }
  return false;
}

Items::Items(const Value& value, Reader& reader) : reader_(reader) {
  if (value.type() == Value::Type::kArray) {
    cursor_.emplace(value);
  } else if (!value.isNull()) {
    reader.wrongType("a list", value);
  }
}

bool Items::next() {
  path_.reset();
  while (cursor_ && cursor_->next()) {
    path_.emplace(reader_, index_++);
    value_ = cursor_->value();
    if (!value_.isNull()) return true;
    reader_.wrongType("an item", value_);
    path_.reset();
  }
  return false;
}

Entries::Entries(const Value& value, Reader& reader) : reader_(reader), cursor_(openObject(value, reader)) {}

bool Entries::next() {
  path_.reset();
  while (cursor_ && cursor_->next()) {
    key_ = cursor_->key();
    value_ = cursor_->value();
    path_.emplace(reader_, key_);
    const bool strict = reader_.unknown() == Unknown::kRefuse;
    if (!seen_.insert(key_).second) {
      if (strict) reader_.fault("DUPLICATE_FIELD", "this name is given more than once");
    } else if (!value_.isNull()) {
      return true;
    } else {
      reader_.wrongType("a value", value_);
    }
    path_.reset();
  }
  return false;
}

std::optional<std::size_t> readWord(const Value& value, std::span<const std::string_view> words, Reader& reader) {
  if (value.type() == Value::Type::kString) return readWordText(value.string(), words, reader);
  if (!value.isNull()) reader.wrongType("one of " + listed(words), value);
  return std::nullopt;
}

std::optional<std::size_t> readWordText(std::string_view text, std::span<const std::string_view> words,
                                        Reader& reader) {
  for (std::size_t index = 0; index < words.size(); ++index) {
    if (words[index] == text) return index;
  }
  if (reader.unknown() == Unknown::kRefuse) reader.fault("UNKNOWN_WORD", "expected one of " + listed(words));
  return std::nullopt;
}

bool readText(std::string_view text, std::string& out, Reader& /*reader*/) {
  out = text;
  return true;
}

bool readText(std::string_view text, std::int64_t& out, Reader& reader) { return readIntegerText(text, out, reader); }
bool readText(std::string_view text, std::int32_t& out, Reader& reader) { return readIntegerText(text, out, reader); }
bool readText(std::string_view text, std::uint64_t& out, Reader& reader) { return readIntegerText(text, out, reader); }
bool readText(std::string_view text, std::uint32_t& out, Reader& reader) { return readIntegerText(text, out, reader); }
bool readText(std::string_view text, double& out, Reader& reader) { return readRealText(text, out, reader); }
bool readText(std::string_view text, float& out, Reader& reader) { return readRealText(text, out, reader); }

bool readText(std::string_view text, bool& out, Reader& reader) {
  if (text != "true" && text != "false") {
    reader.fault("WRONG_TYPE", "expected true or false");
    return false;
  }
  out = text == "true";
  return true;
}

bool readBytesText(std::string_view text, std::string& out, Reader& reader) {
  if (decodeBase64(text, out)) return true;
  reader.fault("INVALID_BASE64", "expected bytes in base64");
  return false;
}

std::optional<std::string_view> inside(std::string_view parameter, std::string_view name, std::string_view json_name) {
  const std::size_t dot = parameter.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view outer = parameter.substr(0, dot);
  if (outer != name && outer != json_name) return std::nullopt;
  return parameter.substr(dot + 1);
}

}  // namespace kontor::json
