#include "tools/protoc-gen-kontor/emit.hpp"

namespace kontor::generator {
namespace {

/// The statement that writes one value.
std::string writeStatement(const FieldDescriptor& field, const std::string& value) {
  switch (kindOf(field)) {
    case Kind::kText:
      return "writer.string(" + value + ");";
    case Kind::kBytes:
      return "writer.bytes(" + value + ");";
    case Kind::kBoolean:
      return "writer.boolean(" + value + ");";
    case Kind::kNumber:
      return "writer.number(" + value + ");";
    case Kind::kEnum:
      return "writer.string(wordOf(" + value + "));";
    case Kind::kTime:
      return "json::write(" + value + ", writer);";
    case Kind::kMessage:
      break;
  }
  return "writeJson(" + value + ", writer);";
}

void writeList(const FieldDescriptor& field, const std::string& key, Text& source) {
  const bool is_enum = kindOf(field) == Kind::kEnum;
  const std::string item = is_enum ? "static_cast<" + typeOf(field, *field.file()) + ">(item)" : "item";
  source(key);
  source("writer.beginArray();");
  source("for (const auto& item : message.$0()) $1", accessor(field), writeStatement(field, item));
  source("writer.endArray();");
}

void writeMap(const FieldDescriptor& field, const std::string& key, Text& source) {
  source(key);
  source("writer.beginObject();");
  source("for (const auto* entry : json::sorted(message.$0())) {", accessor(field));
  source("writer.key(entry->first);");
  source(writeStatement(field, "entry->second"));
  source("}");
  source("writer.endObject();");
}

/// What must hold for a single field to be written; empty when it always is.
std::string presence(const FieldDescriptor& field) {
  std::string condition;
  if (field.has_presence()) condition = "message.has_" + accessor(field) + "()";
  if (kindOf(field) == Kind::kEnum) {
    if (!condition.empty()) condition += " && ";
    condition += "!wordOf(message." + accessor(field) + "()).empty()";
  }
  return condition;
}

void writeSingle(const FieldDescriptor& field, const std::string& key, Text& source) {
  const std::string condition = presence(field);
  const std::string statement = writeStatement(field, "message." + accessor(field) + "()");
  if (condition.empty()) {
    source(key);
    source(statement);
    return;
  }
  source("if ($0) {", condition);
  source(key);
  source(statement);
  if (rulesOf(field).nullable()) {
    source("} else {");
    source(key);
    source("writer.null();");
  }
  source("}");
}

}  // namespace

void emitWriteJson(const Descriptor& message, Text& source) {
  source("void writeJson(const $0& message, json::Writer& writer) {", className(message, *message.file()));
  source("writer.beginObject();");
  for (const FieldDescriptor* field : jsonFields(message)) {
    const std::string key = "writer.rawKey(" + quoted(quoted(field->json_name()) + ":") + ");";
    if (field->is_map()) {
      writeMap(*field, key, source);
    } else if (field->is_repeated()) {
      writeList(*field, key, source);
    } else {
      writeSingle(*field, key, source);
    }
  }
  source("writer.endObject();");
  source("}");
  source("");
}

}  // namespace kontor::generator
