// How values of each type are read: the second half of SectionReader.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "chassis/base/assert.hpp"
#include "chassis/config/schema.hpp"
#include "chassis/config/section_reader.hpp"
#include "chassis/config/text.hpp"
#include "kontor/api/options.pb.h"

namespace kontor::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Sets a field, or adds to it when it is a list; `set` and `add` are the two member functions of Reflection.
template <class T>
void put(Message& into, const FieldDescriptor& field, T value,
         void (Reflection::*set)(Message*, const FieldDescriptor*, T) const,
         void (Reflection::*add)(Message*, const FieldDescriptor*, T) const) {
  (into.GetReflection()->*(field.is_repeated() ? add : set))(&into, &field, std::move(value));
}

bool inRange(const FieldDescriptor& field, double value) {
  const api::Setting& setting = settingOf(field);
  return std::isfinite(value) && (!setting.has_min() || value >= setting.min()) &&
         (!setting.has_max() || value <= setting.max());
}

// What became of a text that should be a value.
enum class Outcome { kRead, kWrongType, kOutOfRange };

template <class T>
Outcome number(std::string_view text, const FieldDescriptor& field, T& value) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure == std::errc::result_out_of_range) return Outcome::kOutOfRange;
  if constexpr (std::is_unsigned_v<T>) {
    std::int64_t negative = 0;
    if (text.starts_with('-') && number(text, field, negative) != Outcome::kWrongType) return Outcome::kOutOfRange;
  }
  if (failure != std::errc() || end != text.data() + text.size()) return Outcome::kWrongType;
  return inRange(field, static_cast<double>(value)) ? Outcome::kRead : Outcome::kOutOfRange;
}

template <class T>
Outcome putNumber(std::string_view text, Message& into, const FieldDescriptor& field,
                  void (Reflection::*set)(Message*, const FieldDescriptor*, T) const,
                  void (Reflection::*add)(Message*, const FieldDescriptor*, T) const) {
  T value{};
  const Outcome outcome = number(text, field, value);
  if (outcome == Outcome::kRead) put(into, field, value, set, add);
  return outcome;
}

Outcome putText(const std::string& text, Message& into, const FieldDescriptor& field) {
  const auto& words = settingOf(field).one_of();
  if (!words.empty() && std::find(words.begin(), words.end(), text) == words.end()) return Outcome::kOutOfRange;
  put(into, field, text, &Reflection::SetString, &Reflection::AddString);
  return Outcome::kRead;
}

Outcome putScalar(const std::string& text, Message& into, const FieldDescriptor& field) {
  using R = Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return putText(text, into, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Outcome::kWrongType;
      put(into, field, text == "true", &R::SetBool, &R::AddBool);
      return Outcome::kRead;
    case FieldDescriptor::CPPTYPE_INT32:
      return putNumber(text, into, field, &R::SetInt32, &R::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return putNumber(text, into, field, &R::SetInt64, &R::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return putNumber(text, into, field, &R::SetUInt32, &R::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return putNumber(text, into, field, &R::SetUInt64, &R::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return putNumber(text, into, field, &R::SetDouble, &R::AddDouble);
    default:
      KONTOR_ASSERT(false, "a setting is text, bool, a whole number, a double, a duration or a message");
      return Outcome::kWrongType;
  }
}

}  // namespace

void SectionReader::readNode(Message& into, const Field& field, const std::string& path, const Node& node) {
  if (field.is_map()) return readMap(into, field, path, node);
  if (!field.is_repeated()) return readItem(into, field, path, node);
  if (node.kind != Node::Kind::kList) {
    return unexpected(field, path, node, "WRONG_TYPE", "a list such as [a, b], each item " + expectation(field));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    readItem(into, field, path + "[" + std::to_string(i) + "]", node.items[i]);
  }
}

void SectionReader::readMap(Message& into, const Field& field, const std::string& path, const Node& node) {
  const Field& key = *field.message_type()->map_key();
  const Field& value = *field.message_type()->map_value();
  KONTOR_ASSERT(key.cpp_type() == Field::CPPTYPE_STRING, "the keys of a setting's map are text");
  if (node.kind != Node::Kind::kMap) {
    return unexpected(field, path, node, "WRONG_TYPE", "a map, each value " + expectation(value));
  }
  for (const Member& member : node.members) {
    Message& entry = *into.GetReflection()->AddMessage(&into, &field);
    entry.GetReflection()->SetString(&entry, &key, member.key);
    readItem(entry, value, path + "[" + member.key + "]", member.value);
  }
}

// One value: of a plain field, of a list's item, of a map's entry.
void SectionReader::readItem(Message& into, const Field& field, const std::string& path, const Node& node) {
  if (field.cpp_type() != Field::CPPTYPE_MESSAGE || isDuration(field)) return readScalar(into, field, path, node);
  if (node.kind != Node::Kind::kMap) return unexpected(field, path, node, "WRONG_TYPE", expectation(field));
  const Reflection& reflection = *into.GetReflection();
  Message& item =
      field.is_repeated() ? *reflection.AddMessage(&into, &field) : *reflection.MutableMessage(&into, &field);
  std::vector<Reference> members;
  addMembers(node, members);
  // The settings inside an item are shown with their list, not one by one.
  const std::size_t shown = readings_.size();
  readMessage(item, path, members);
  readings_.erase(readings_.begin() + static_cast<std::ptrdiff_t>(shown), readings_.end());
}

void SectionReader::readScalar(Message& into, const Field& field, const std::string& path, const Node& node) {
  if (node.kind != Node::Kind::kScalar) return unexpected(field, path, node, "WRONG_TYPE", expectation(field));
  Expanded expanded = expand(node.scalar, variables_, folder_);
  if (!expanded.reason.empty()) return fault(node.place, path, expanded.reason, expanded.detail);
  if (isDuration(field)) return readDuration(into, field, path, node, expanded.text);
  const Outcome outcome = putScalar(expanded.text, into, field);
  if (outcome == Outcome::kRead) return;
  unexpected(field, path, node, outcome == Outcome::kWrongType ? "WRONG_TYPE" : "OUT_OF_RANGE", expectation(field));
}

void SectionReader::readDuration(Message& into, const Field& field, const std::string& path, const Node& node,
                                 std::string_view text) {
  const auto duration = parseDuration(text);
  if (!duration) return unexpected(field, path, node, "WRONG_TYPE", expectation(field));
  if (!inRange(field, std::chrono::duration<double>(*duration).count())) {
    return unexpected(field, path, node, "OUT_OF_RANGE", expectation(field));
  }
  const Reflection& reflection = *into.GetReflection();
  auto& message = static_cast<google::protobuf::Duration&>(
      field.is_repeated() ? *reflection.AddMessage(&into, &field) : *reflection.MutableMessage(&into, &field));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*duration);
  message.set_seconds(seconds.count());
  message.set_nanos(static_cast<std::int32_t>((*duration - seconds).count()));
}

}  // namespace kontor::config
