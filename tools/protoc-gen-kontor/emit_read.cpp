#include <google/protobuf/compiler/cpp/names.h>

#include "tools/protoc-gen-kontor/emit.hpp"

namespace kontor::generator {
namespace {

/// Where a text or a message is read into.
std::string target(const FieldDescriptor& field) {
  if (field.is_map()) return "(*message.mutable_" + accessor(field) + "())[entries.key()]";
  return (field.is_repeated() ? "*message.add_" : "*message.mutable_") + accessor(field) + "()";
}

/// How a value that was taken is set.
std::string setter(const FieldDescriptor& field) {
  if (field.is_map()) return target(field) + " = taken;";
  return (field.is_repeated() ? "message.add_" : "message.set_") + accessor(field) + "(taken);";
}

/// Two members of one oneof: the second is a fault, not a silent winner.
void refuseSecondOfOneof(const FieldDescriptor& field, Text& source) {
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return;
  source("if (message.$0_case() != 0) {", oneof->name());
  source("reader.fault(\"CONFLICTING_FIELDS\", \"only one of the fields of \\\"$0\\\" may be given\");", oneof->name());
  source("continue;");
  source("}");
}

void emitCase(const FieldDescriptor& field, std::size_t index, Text& source) {
  source("case $0:", std::to_string(index));
  refuseSecondOfOneof(field, source);
  if (field.is_map()) {
    source("for (json::Entries entries(members.value(), reader); entries.next();) {");
    source(readStatement(field, "entries.value()", false));
    source("}");
  } else if (field.is_repeated()) {
    source("for (json::Items items(members.value(), reader); items.next();) {");
    source(readStatement(field, "items.value()", false));
    source("}");
  } else {
    source(readStatement(field, "members.value()", false));
  }
  source("break;");
}

}  // namespace

std::string readStatement(const FieldDescriptor& field, const std::string& from, bool text) {
  const std::string arguments = from + ", " + target(field) + ", reader);";
  const std::string taken = "(" + from + ", taken, reader)) " + setter(field);
  switch (kindOf(field)) {
    case Kind::kText:
    case Kind::kTime:
      return (text ? "json::readText(" : "json::read(") + arguments;
    case Kind::kBytes:
      return (text ? "json::readBytesText(" : "json::readBytes(") + arguments;
    case Kind::kBoolean:
    case Kind::kNumber:
      return "if (" + typeOf(field, *field.file()) + " taken{}; " + (text ? "json::readText" : "json::read") + taken;
    case Kind::kEnum:
      return "if (" + typeOf(field, *field.file()) + " taken{}; readWord" + taken;
    case Kind::kMessage:
      break;
  }
  return "readJson(" + arguments;
}

void emitReadJson(const Descriptor& message, Text& source) {
  const std::string name = className(message, *message.file());
  const auto fields = jsonFields(message);
  std::string names;
  for (const FieldDescriptor* field : fields) names += (names.empty() ? "" : ", ") + quoted(field->json_name());

  source("void readJson(const json::Value& value, $0& message, json::Reader& reader) {", name);
  if (fields.empty()) {
    // Still refuses what is no object, and every member.
    source("json::Members members(value, {}, reader);");
    source("while (members.next()) continue;");
    source("}");
    source("");
    return;
  }
  source("static constexpr std::array<std::string_view, $0> kMembers{$1};", std::to_string(fields.size()), names);
  source("json::Members members(value, kMembers, reader);");
  source("while (members.next()) {");
  source("switch (members.index()) {");
  for (std::size_t index = 0; index < fields.size(); ++index) emitCase(*fields[index], index, source);
  source("}");
  source("}");
  source("}");
  source("");
}

}  // namespace kontor::generator
