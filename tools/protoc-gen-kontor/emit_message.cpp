#include <set>

#include "tools/protoc-gen-kontor/emit.hpp"

namespace kontor::generator {
namespace {

/// Messages of `file` that are inside `message`, itself included; not through lists and maps.
void reach(const Descriptor& message, std::set<const Descriptor*>& reached) {
  if (!reached.insert(&message).second) return;
  for (const FieldDescriptor* field : jsonFields(message)) {
    if (field->is_repeated() || kindOf(*field) != Kind::kMessage) continue;
    if (field->message_type()->file() == message.file()) reach(*field->message_type(), reached);
  }
}

std::set<const Descriptor*> insideRequests(const FileDescriptor& file) {
  std::set<const Descriptor*> reached;
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) {
      const Descriptor& request = *file.service(i)->method(j)->input_type();
      if (request.file() == &file) reach(request, reached);
    }
  }
  return reached;
}

const FieldDescriptor* statusOf(const Descriptor& message) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (rulesOf(*message.field(i)).http_status()) return message.field(i);
  }
  return nullptr;
}

void declare(const Descriptor& message, const std::string& name, Text& header) {
  header("void writeJson(const $0& message, json::Writer& writer);", name);
  header("void readJson(const json::Value& value, $0& message, json::Reader& reader);", name);
  header("void validate(const $0& message, json::Reader& reader);", name);
  if (isSetByText(message)) {
    header("bool setField($0& message, std::string_view name, std::string_view text, json::Reader& reader);", name);
  }
  if (statusOf(message) != nullptr) header("int httpStatus(const $0& message);", name);
  header("const rpc::MessageCodec& codecOf(const $0&);", name);
  header("");
}

}  // namespace

bool isSetByText(const Descriptor& message) {
  const FileDescriptor& file = *message.file();
  if (!hasCodecs(file)) return false;
  if (file.service_count() > 0) return insideRequests(file).contains(&message);
  for (int i = 0; i < file.message_type_count(); ++i) {
    if (eventOf(*file.message_type(i)) != nullptr) return false;  // an events.proto
  }
  return true;
}

void emitSetField(const Descriptor& message, Text& source) {
  source("bool setField($0& message, std::string_view name, std::string_view text, json::Reader& reader) {",
         className(message, *message.file()));
  for (const FieldDescriptor* field : jsonFields(message)) {
    const std::string snake = quoted(field->name());
    const std::string camel = quoted(field->json_name());
    if (field->is_map() || (kindOf(*field) == Kind::kMessage && field->is_repeated())) continue;
    if (kindOf(*field) == Kind::kMessage) {
      if (!isSetByText(*field->message_type())) continue;
      source("if (const auto rest = json::inside(name, $0, $1)) {", snake, camel);
      source("return setField(*message.mutable_$0(), *rest, text, reader);", accessor(*field));
    } else {
      source(snake == camel ? "if (name == $0) {" : "if (name == $0 || name == $1) {", snake, camel);
      source(readStatement(*field, "text", true));
      source("return true;");
    }
    source("}");
  }
  source("return false;");
  source("}");
  source("");
}

void emitMessage(const Descriptor& message, Output out) {
  const std::string name = className(message, *message.file());
  declare(message, name, out.header);
  emitWriteJson(message, out.source);
  emitReadJson(message, out.source);
  emitValidate(message, out.source);
  if (isSetByText(message)) emitSetField(message, out.source);
  if (const FieldDescriptor* status = statusOf(message)) {
    out.source("int httpStatus(const $0& message) { return message.$1(); }", name, accessor(*status));
    out.source("");
  }
  out.source("const rpc::MessageCodec& codecOf(const $0&) {", name);
  out.source("static constexpr rpc::MessageCodec kCodec = rpc::codecFor<$0>($1);", name, quoted(message.full_name()));
  out.source("return kCodec;");
  out.source("}");
  out.source("");
}

void emitEvent(const Descriptor& message, Output out) {
  const api::Event& event = *eventOf(message);
  const std::string name = className(message, *message.file());
  out.header("/// The CloudEvents type of $0.", name);
  out.header("inline constexpr std::string_view k$0 = $1;", name, quoted(event.type()));
  out.header("/// What a transaction emits: topic \"$0\", ordered by $1.", event.topic(), event.subject());
  out.header("store::Event makeEvent(const $0& message);", name);
  out.header(
      "/// Reads an event's data; members that a newer version added are passed over. Throws on malformed data.");
  out.header("void readEvent(std::string_view data, $0& out);", name);
  out.header("");

  out.source("store::Event makeEvent(const $0& message) {", name);
  out.source("store::Event event;");
  out.source("event.topic = $0;", quoted(event.topic()));
  out.source("event.type = k$0;", name);
  out.source("event.subject = message.$0();", accessor(*message.FindFieldByName(event.subject())));
  out.source("event.schema = $0;", quoted(message.full_name()));
  out.source("json::Writer writer(event.data);");
  out.source("writeJson(message, writer);");
  out.source("return event;");
  out.source("}");
  out.source("");
  out.source("void readEvent(std::string_view data, $0& out) {", name);
  out.source("const json::Document document = json::Document::parse(data);");
  out.source("json::Reader reader(json::Unknown::kSkip);");
  out.source("readJson(document.root(), out, reader);");
  out.source("reader.finish();");
  out.source("}");
  out.source("");
}

}  // namespace kontor::generator
