// Enums, messages and their fields.
#include <map>

#include "tools/protoc-gen-kontor/checks.hpp"

namespace kontor::generator {
namespace {

/// As many as json::kMostDeclaredMembers.
constexpr std::size_t kMostFields = 128;

bool isNumber(const FieldDescriptor& field) { return kindOf(field) == Kind::kNumber; }

void checkType(const FieldDescriptor& field, Faults& faults) {
  if (field.is_map() && field.message_type()->map_key()->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    faults.add(field, "JSON's names are texts: make it map<string, …>, or a list of messages");
    return;
  }
  const FieldDescriptor& value = valueOf(field);
  if (value.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !hasCodecs(*value.enum_type()->file())) {
    faults.add(field, value.enum_type()->full_name() + " is not supported: declare an enum of your own");
  }
  if (kindOf(field) != Kind::kMessage || hasCodecs(*value.message_type()->file())) return;
  faults.add(field, value.message_type()->full_name() +
                        " is not supported: use map<string, string>, a message of your own, google.protobuf.Timestamp "
                        "or google.protobuf.Duration; for a value that may be absent, `optional`");
}

void checkFitting(const FieldDescriptor& field, Faults& faults) {
  const api::Field& rules = rulesOf(field);
  const Kind kind = kindOf(field);
  const bool is_text = kind == Kind::kText || kind == Kind::kBytes;
  if (rules.required() && !field.is_repeated() && !is_text && kind != Kind::kEnum && !field.has_presence()) {
    faults.add(field,
               "`required` cannot tell a given 0 or false from an absent one: make the field `optional`, or use "
               "`min`");
  }
  if (rules.max_length() != 0 && !is_text && !field.is_repeated()) {
    faults.add(field, "`max_length` is for texts, bytes, lists and maps: use `max` for a number");
  }
  if (rules.max_length() < 0) faults.add(field, "`max_length` is below 0");
  if ((rules.has_min() || rules.has_max()) && (!isNumber(field) || field.is_repeated())) {
    faults.add(field, "`min` and `max` are for single numbers: use `max_length` for texts and lists");
  }
  if (rules.has_min() && rules.has_max() && rules.min() > rules.max()) {
    faults.add(field, "`min` is above `max`: no value fits");
  }
  if (rules.nullable() && (field.is_repeated() || (!field.has_presence() && kind != Kind::kEnum))) {
    faults.add(field, "`nullable` is for fields that can be absent: make the field `optional`");
  }
  if (rules.http_status() && (field.cpp_type() != FieldDescriptor::CPPTYPE_INT32 || field.is_repeated())) {
    faults.add(field, "`http_status` is for a single int32");
  }
}

/// A name in JSON or in a query may mean one field only; queries also know the contract's own names.
void checkNames(const Descriptor& message, Faults& faults) {
  std::map<std::string, const FieldDescriptor*> names;
  for (const FieldDescriptor* field : jsonFields(message)) {
    for (const std::string& name : {field->json_name(), field->name()}) {
      const auto [place, is_new] = names.emplace(name, field);
      if (is_new || place->second == field) continue;
      faults.add(*field, "\"" + name + "\" is already a name of " + place->second->full_name() +
                             " in JSON or in queries: rename one of them");
    }
  }
}

}  // namespace

void checkEnum(const EnumDescriptor& type, Faults& faults) {
  const std::string prefix = prefixOf(type);
  const EnumValueDescriptor* zero = type.FindValueByNumber(0);
  if (zero == nullptr || zero->name() != prefix + "UNSPECIFIED") {
    faults.add(type, "the value 0 must be " + prefix + "UNSPECIFIED: it stands for \"absent\"");
  }
  std::map<std::string, const EnumValueDescriptor*> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (!value.name().starts_with(prefix) || value.name() == prefix) {
      faults.add(value, "must begin with " + prefix + ": the rest, in lower case, is its word in JSON");
      continue;
    }
    const auto [place, is_new] = words.emplace(wordOf(value), &value);
    if (!is_new) faults.add(value, "is the word \"" + place->first + "\" in JSON, as " + place->second->name() + " is");
  }
}

void checkMessage(const Descriptor& message, Faults& faults) {
  for (int i = 0; i < message.field_count(); ++i) {
    checkType(*message.field(i), faults);
    checkFitting(*message.field(i), faults);
  }
  checkNames(message, faults);
  if (jsonFields(message).size() > kMostFields) {
    faults.add(message, "more than " + std::to_string(kMostFields) + " fields: group them into messages");
  }
}

}  // namespace kontor::generator
