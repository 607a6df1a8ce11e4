#include <google/protobuf/compiler/cpp/names.h>

#include "tools/protoc-gen-kontor/emit.hpp"

namespace kontor::generator {
namespace {

struct Words {
  std::string quoted;  // "\"active\", \"draft\""
  std::string values;  // "Product_Status_STATUS_ACTIVE, …", in the same order
  std::string count;
};

/// All but the zero value, which stands for "absent".
Words wordsOf(const EnumDescriptor& type, const std::string& name) {
  Words words;
  int count = 0;
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() == 0) continue;
    const std::string comma = count++ == 0 ? "" : ", ";
    // A nested enum's values carry its outer name: Cart_State_STATE_ACTIVE.
    const std::string outer = type.containing_type() == nullptr ? "" : name + "_";
    words.quoted += comma + quoted(wordOf(value));
    words.values += comma + outer + google::protobuf::compiler::cpp::EnumValueName(&value);
  }
  words.count = std::to_string(count);
  return words;
}

void emitReaders(const std::string& name, const std::string& array, Text& source) {
  source("bool fromWord(std::string_view word, $0& out) {", name);
  source("for (std::size_t index = 0; index < $0Words.size(); ++index) {", array);
  source("if ($0Words[index] != word) continue;", array);
  source("out = $0Values[index];", array);
  source("return true;");
  source("}");
  source("return false;");
  source("}");
  source("");
  source("bool readWord(const json::Value& value, $0& out, json::Reader& reader) {", name);
  source("const auto index = json::readWord(value, $0Words, reader);", array);
  source("if (index) out = $0Values[*index];", array);
  source("return index.has_value();");
  source("}");
  source("");
  source("bool readWord(std::string_view text, $0& out, json::Reader& reader) {", name);
  source("const auto index = json::readWordText(text, $0Words, reader);", array);
  source("if (index) out = $0Values[*index];", array);
  source("return index.has_value();");
  source("}");
  source("");
}

}  // namespace

void emitEnum(const EnumDescriptor& type, Output out) {
  const std::string name = className(type, *type.file());
  const std::string array = "k" + name;
  const Words words = wordsOf(type, name);

  out.header("/// The value's word in JSON and stores ($0); empty for the unspecified and unknown ones.", words.quoted);
  out.header("std::string_view wordOf($0 value);", name);
  out.header("/// Sets `out` to the value of a word; false when it is none.");
  out.header("bool fromWord(std::string_view word, $0& out);", name);
  out.header("bool readWord(const json::Value& value, $0& out, json::Reader& reader);", name);
  out.header("bool readWord(std::string_view text, $0& out, json::Reader& reader);", name);
  out.header("");

  out.source("constexpr std::array<std::string_view, $0> $1Words{$2};", words.count, array, words.quoted);
  out.source("constexpr std::array<$0, $1> $2Values{$3};", name, words.count, array, words.values);
  out.source("");
  out.source("std::string_view wordOf($0 value) {", name);
  out.source("for (std::size_t index = 0; index < $0Words.size(); ++index) {", array);
  out.source("if ($0Values[index] == value) return $0Words[index];", array);
  out.source("}");
  out.source("return {};");
  out.source("}");
  out.source("");
  emitReaders(name, array, out.source);
}

}  // namespace kontor::generator
