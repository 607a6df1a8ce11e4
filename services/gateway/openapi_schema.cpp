#include "services/gateway/openapi_schema.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "chassis/json/writer.hpp"
#include "kontor/api/options.pb.h"

namespace kontor::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::int64_t kLongestText = 4096;  // the contracts' default, in bytes
constexpr std::int64_t kLongestList = 1000;

const api::Field& rules(const FieldDescriptor& field) { return field.options().GetExtension(api::field); }

/// "kontor.cart.v1.Cart" → "cart.v1.Cart".
std::string nameOf(const Descriptor& type) {
  constexpr std::string_view kOwn = "kontor.";
  std::string name = type.full_name();
  if (name.starts_with(kOwn)) name.erase(0, kOwn.size());
  return name;
}

std::string upperSnake(std::string_view camel) {
  std::string out;
  for (std::size_t i = 0; i < camel.size(); ++i) {
    const bool upper = camel[i] >= 'A' && camel[i] <= 'Z';
    if (upper && i > 0) out.push_back('_');
    out.push_back(upper || camel[i] < 'a' ? camel[i] : static_cast<char>(camel[i] - 'a' + 'A'));
  }
  return out;
}

/// "ORDER_STATUS_PARTIALLY_PAID" of OrderStatus → "partially_paid".
std::string wordOf(const EnumDescriptor& type, std::string name) {
  const std::string prefix = upperSnake(type.name()) + "_";
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

}  // namespace

bool shown(const FieldDescriptor& field) {
  return !rules(field).internal() && !rules(field).http_status() && rules(field).header().empty();
}

bool namesItsStatus(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (rules(*type.field(i)).http_status()) return true;
  }
  return false;
}

bool required(const FieldDescriptor& field) { return rules(field).required(); }

void SchemaWriter::member(std::string_view name, std::string_view text) {
  out_.key(name);
  out_.string(text);
}

void SchemaWriter::reference(const Descriptor& type) {
  const std::string name = nameOf(type);
  if (known_.insert(name).second) waiting_.push_back(&type);
  out_.beginObject();
  member("$ref", "#/components/schemas/" + name);
  out_.endObject();
}

void SchemaWriter::body(const Descriptor& type, const std::vector<std::string>& in_path) {
  out_.beginObject();
  members(type, in_path);
  out_.key("additionalProperties");
  out_.boolean(false);
  out_.endObject();
}

void SchemaWriter::writeAll() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {  // grows while it is walked
    const Descriptor& type = *waiting_[i];
    out_.key(nameOf(type));
    out_.beginObject();
    members(type, {});
    out_.endObject();
  }
}

void SchemaWriter::members(const Descriptor& type, const std::vector<std::string>& left_out) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) {
    const bool out = std::find(left_out.begin(), left_out.end(), type.field(i)->name()) != left_out.end();
    if (!out && shown(*type.field(i))) fields.push_back(type.field(i));
  }
  member("type", "object");
  out_.key("properties");
  out_.beginObject();
  for (const FieldDescriptor* each : fields) {
    out_.key(each->json_name());
    field(*each);
  }
  out_.endObject();
  std::erase_if(fields, [](const FieldDescriptor* each) { return !required(*each); });
  if (!fields.empty()) {
    out_.key("required");
    out_.beginArray();
    for (const FieldDescriptor* each : fields) out_.string(each->json_name());
    out_.endArray();
  }
  if (type.full_name() == "kontor.type.v1.Money") {
    out_.key("examples");
    out_.raw(R"([{"amount":1999,"currency":"EUR"}])");
  }
}

void SchemaWriter::field(const FieldDescriptor& field) {
  if (field.is_map()) {
    out_.beginObject();
    member("type", "object");
    out_.key("additionalProperties");
    value(*field.message_type()->FindFieldByName("value"));
    out_.endObject();
  } else if (field.is_repeated()) {
    out_.beginObject();
    member("type", "array");
    out_.key("items");
    value(field);
    out_.key("maxItems");
    out_.number(rules(field).max_length() > 0 ? std::int64_t{rules(field).max_length()} : kLongestList);
    out_.endObject();
  } else if (rules(field).nullable()) {
    out_.beginObject();
    out_.key("anyOf");
    out_.beginArray();
    value(field);
    out_.raw(R"({"type":"null"})");
    out_.endArray();
    out_.endObject();
  } else {
    value(field);
  }
}

void SchemaWriter::value(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return message(*field.message_type());
    case FieldDescriptor::CPPTYPE_ENUM:
      return words(field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return out_.raw(R"({"type":"boolean"})");
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return out_.raw(R"({"type":"number"})");
    case FieldDescriptor::CPPTYPE_STRING:
      return text(field);
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return integer(field, "int64");
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return integer(field, "int32");
  }
}

void SchemaWriter::message(const Descriptor& type) {
  if (type.full_name() == "google.protobuf.Timestamp") return out_.raw(R"({"type":"string","format":"date-time"})");
  if (type.full_name() == "google.protobuf.Duration") {
    return out_.raw(R"({"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?s$"})");
  }
  reference(type);
}

void SchemaWriter::integer(const FieldDescriptor& field, std::string_view format) {
  out_.beginObject();
  member("type", "integer");
  member("format", format);
  if (rules(field).has_min()) {
    out_.key("minimum");
    out_.number(std::int64_t{rules(field).min()});
  }
  if (rules(field).has_max()) {
    out_.key("maximum");
    out_.number(std::int64_t{rules(field).max()});
  }
  out_.endObject();
}

void SchemaWriter::text(const FieldDescriptor& field) {
  out_.beginObject();
  member("type", "string");
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    member("contentEncoding", "base64");
  } else {
    // The contract counts bytes; no text of as many characters is refused by counting these.
    out_.key("maxLength");
    const std::int64_t most = field.is_repeated() ? 0 : rules(field).max_length();
    out_.number(most > 0 ? most : kLongestText);
    if (required(field) && !field.is_repeated()) {
      out_.key("minLength");
      out_.number(std::int64_t{1});
    }
  }
  out_.endObject();
}

void SchemaWriter::words(const FieldDescriptor& field) {
  const EnumDescriptor& type = *field.enum_type();
  out_.beginObject();
  member("type", "string");
  out_.key("enum");
  out_.beginArray();
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) out_.string(wordOf(type, type.value(i)->name()));
  }
  out_.endArray();
  out_.endObject();
}

}  // namespace kontor::gateway
