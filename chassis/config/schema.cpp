#include "chassis/config/schema.hpp"

#include <google/protobuf/descriptor.h>

#include <cmath>
#include <cstdio>

#include "chassis/base/assert.hpp"
#include "kontor/api/options.pb.h"

namespace kontor::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::string numberText(double value) {
  char text[32];
  const bool whole = std::floor(value) == value && std::abs(value) < 1e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%g", value);
  return text;
}

std::string rangeText(const api::Setting& setting, std::string_view unit) {
  const std::string from = numberText(setting.min()) + std::string(unit);
  const std::string to = numberText(setting.max()) + std::string(unit);
  if (setting.has_min() && setting.has_max()) return " from " + from + " to " + to;
  if (setting.has_min()) return " of at least " + from;
  if (setting.has_max()) return " of at most " + to;
  return "";
}

std::string textExpectation(const api::Setting& setting) {
  if (setting.one_of().empty()) return "text";
  std::string words;
  for (const std::string& word : setting.one_of()) words += (words.empty() ? "" : ", ") + word;
  return "one of: " + words;
}

void collect(const Descriptor& type, const std::string& prefix, int depth, std::vector<Leaf>& into) {
  KONTOR_ASSERT(depth < 16, "a settings message holds itself");
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = prefix + field.name();
    if (isGroup(field)) {
      collect(*field.message_type(), path + ".", depth + 1, into);
    } else {
      into.push_back({path, &field});
    }
  }
}

}  // namespace

const api::Setting& settingOf(const FieldDescriptor& field) { return field.options().GetExtension(api::setting); }

bool isDuration(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE &&
         field.message_type()->full_name() == "google.protobuf.Duration";
}

bool isGroup(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE && !field.is_repeated() && !isDuration(field);
}

std::vector<Leaf> leavesOf(const Descriptor& type) {
  std::vector<Leaf> leaves;
  collect(type, "", 0, leaves);
  return leaves;
}

std::string expectation(const FieldDescriptor& field) {
  const api::Setting& setting = settingOf(field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return textExpectation(setting);
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number" + rangeText(setting, "");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (isDuration(field)) return "a duration such as 500ms, 20s or 15m" + rangeText(setting, "s");
      return "a map of settings";
    default:
      return "a whole number" + rangeText(setting, "");
  }
}

std::string variableOf(std::string_view section, std::string_view path) {
  std::string name = "KONTOR_" + std::string(section) + "__" + std::string(path);
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace kontor::config
