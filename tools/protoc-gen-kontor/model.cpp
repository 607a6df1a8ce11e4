#include "tools/protoc-gen-kontor/model.hpp"

#include <google/protobuf/compiler/cpp/names.h>

#include <algorithm>
#include <cctype>

namespace kontor::generator {
namespace {

namespace cpp = google::protobuf::compiler::cpp;

void collect(const Descriptor& message, std::vector<const Descriptor*>& messages) {
  if (message.options().map_entry()) return;
  messages.push_back(&message);
  for (int i = 0; i < message.nested_type_count(); ++i) collect(*message.nested_type(i), messages);
}

template <class Type>
std::string classNameOf(const Type& type, const FileDescriptor& from) {
  return type.file()->package() == from.package() ? cpp::ClassName(&type) : cpp::QualifiedClassName(&type);
}

std::string numberType(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return "std::int32_t";
    case FieldDescriptor::CPPTYPE_INT64:
      return "std::int64_t";
    case FieldDescriptor::CPPTYPE_UINT32:
      return "std::uint32_t";
    case FieldDescriptor::CPPTYPE_UINT64:
      return "std::uint64_t";
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "float";
    default:
      return "double";
  }
}

}  // namespace

Kind kindOf(const FieldDescriptor& field) {
  const FieldDescriptor& value = valueOf(field);
  switch (value.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return value.type() == FieldDescriptor::TYPE_BYTES ? Kind::kBytes : Kind::kText;
    case FieldDescriptor::CPPTYPE_BOOL:
      return Kind::kBoolean;
    case FieldDescriptor::CPPTYPE_ENUM:
      return Kind::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return isTime(*value.message_type()) ? Kind::kTime : Kind::kMessage;
    default:
      return Kind::kNumber;
  }
}

const FieldDescriptor& valueOf(const FieldDescriptor& field) {
  return field.is_map() ? *field.message_type()->map_value() : field;
}

std::string typeOf(const FieldDescriptor& field, const FileDescriptor& from) {
  const FieldDescriptor& value = valueOf(field);
  switch (kindOf(field)) {
    case Kind::kText:
    case Kind::kBytes:
      return "std::string";
    case Kind::kBoolean:
      return "bool";
    case Kind::kEnum:
      return className(*value.enum_type(), from);
    case Kind::kTime:
    case Kind::kMessage:
      return className(*value.message_type(), from);
    case Kind::kNumber:
      break;
  }
  return numberType(value);
}

const api::Field& rulesOf(const FieldDescriptor& field) { return field.options().GetExtension(api::field); }

bool inJson(const FieldDescriptor& field) { return !rulesOf(field).internal() && !rulesOf(field).http_status(); }

std::vector<const FieldDescriptor*> jsonFields(const Descriptor& message) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    if (inJson(*message.field(i))) fields.push_back(message.field(i));
  }
  return fields;
}

const api::Event* eventOf(const Descriptor& message) {
  return message.options().HasExtension(api::event) ? &message.options().GetExtension(api::event) : nullptr;
}

std::string namespaceOf(const FileDescriptor& file) {
  std::string name;
  for (const char character : file.package()) name += character == '.' ? "::" : std::string(1, character);
  return name;
}

std::string className(const Descriptor& message, const FileDescriptor& from) { return classNameOf(message, from); }
std::string className(const EnumDescriptor& type, const FileDescriptor& from) { return classNameOf(type, from); }
std::string accessor(const FieldDescriptor& field) { return cpp::FieldName(&field); }
std::string stemOf(const FileDescriptor& file) { return cpp::StripProto(file.name()); }

std::string prefixOf(const EnumDescriptor& type) {
  std::string prefix;
  const std::string& name = type.name();
  const auto is = [&](std::size_t at, int (*test)(int)) {
    return at < name.size() && test(static_cast<unsigned char>(name[at])) != 0;
  };
  for (std::size_t at = 0; at < name.size(); ++at) {
    // A word begins at a capital, but within an acronym (HTTPStatus) only at its last one.
    const bool begins = at > 0 && is(at, std::isupper) && (!is(at - 1, std::isupper) || is(at + 1, std::islower));
    if (begins) prefix.push_back('_');
    prefix.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(name[at]))));
  }
  return prefix + "_";
}

std::string wordOf(const EnumValueDescriptor& value) {
  std::string word = value.name().substr(prefixOf(*value.type()).size());
  for (char& character : word) character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
  return word;
}

std::vector<const Descriptor*> allMessages(const FileDescriptor& file) {
  std::vector<const Descriptor*> messages;
  for (int i = 0; i < file.message_type_count(); ++i) collect(*file.message_type(i), messages);
  return messages;
}

std::vector<const EnumDescriptor*> allEnums(const FileDescriptor& file) {
  std::vector<const EnumDescriptor*> enums;
  enums.reserve(static_cast<std::size_t>(file.enum_type_count()));
  for (int i = 0; i < file.enum_type_count(); ++i) enums.push_back(file.enum_type(i));
  for (const Descriptor* message : allMessages(file)) {
    for (int i = 0; i < message->enum_type_count(); ++i) enums.push_back(message->enum_type(i));
  }
  return enums;
}

bool hasCodecs(const FileDescriptor& file) {
  const std::string& package = file.package();
  return package != "kontor.api" && !package.starts_with("google.");
}

bool isTime(const Descriptor& message) {
  return message.full_name() == "google.protobuf.Timestamp" || message.full_name() == "google.protobuf.Duration";
}

std::string trimmedComment(const google::protobuf::SourceLocation& location) {
  std::string comment;
  std::size_t at = 0;
  const std::string& text = location.leading_comments;
  while (at < text.size()) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t next = end + 1;
    if (text[at] == ' ') ++at;
    while (end > at && text[end - 1] == ' ') --end;
    if (!comment.empty()) comment.push_back('\n');
    comment.append(text, at, end - at);
    at = next;
  }
  return comment;
}

std::string firstSentence(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::size_t stop = text.find(". ");
  return stop == std::string::npos ? text : text.substr(0, stop + 1);
}

}  // namespace kontor::generator
