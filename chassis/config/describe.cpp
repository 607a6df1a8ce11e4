#include "chassis/config/describe.hpp"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>

#include "chassis/config/schema.hpp"
#include "kontor/api/options.pb.h"

namespace kontor::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The path of a message in a FileDescriptorProto: field numbers and indices from the file downwards.
std::vector<int> pathOf(const Descriptor& type) {
  std::vector<int> path;
  if (const Descriptor* outer = type.containing_type()) {
    path = pathOf(*outer);
    path.push_back(google::protobuf::DescriptorProto::kNestedTypeFieldNumber);
  } else {
    path.push_back(google::protobuf::FileDescriptorProto::kMessageTypeFieldNumber);
  }
  path.push_back(type.index());
  return path;
}

// Comments are not compiled into a program: they are read from the text of the .proto when it is at hand.
class Comments {
 public:
  explicit Comments(const SettingTexts& texts) : texts_(texts) {}

  std::string of(const FieldDescriptor& field) {
    const auto text = texts_.find(field.file()->name());
    if (text == texts_.end()) return "";
    auto [file, fresh] = files_.try_emplace(text->first);
    if (fresh) parse(text->second, file->second);
    std::vector<int> path = pathOf(*field.containing_type());
    path.push_back(google::protobuf::DescriptorProto::kFieldFieldNumber);
    path.push_back(field.index());
    for (const auto& location : file->second.source_code_info().location()) {
      if (std::equal(path.begin(), path.end(), location.path().begin(), location.path().end())) {
        return location.leading_comments();
      }
    }
    return "";
  }

 private:
  static void parse(const std::string& text, google::protobuf::FileDescriptorProto& into) {
    google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    google::protobuf::io::Tokenizer tokenizer(&stream, nullptr);
    google::protobuf::compiler::Parser parser;
    parser.Parse(&tokenizer, &into);
  }

  const SettingTexts& texts_;
  std::map<std::string, google::protobuf::FileDescriptorProto> files_;
};

void addComment(std::string& out, const std::string& comment) {
  for (std::size_t begin = 0; begin < comment.size();) {
    const std::size_t end = std::min(comment.find('\n', begin), comment.size());
    out.append("  #").append(comment, begin, end - begin).append("\n");
    begin = end + 1;
  }
}

std::string facts(const SectionReading& section, const Reading& reading) {
  const api::Setting& setting = settingOf(*reading.field);
  std::string text = "  # ";
  if (setting.secret()) text += "secret, ";
  if (reading.field->is_map()) {
    text += "a map";
  } else {
    text += (reading.field->is_repeated() ? "a list, each item " : "") + expectation(*reading.field);
  }
  if (setting.required()) text += "; required";
  if (!setting.default_().empty()) text += "; default " + setting.default_();
  return text + "; " + variableOf(section.section, reading.path) + "\n";
}

std::string line(const Reading& reading) {
  if (!reading.value) return "  # " + reading.path + ":\n";
  if (settingOf(*reading.field).secret()) return "  # " + reading.path + ": (set)\n";
  std::string text = "  " + reading.path + ": " + reading.value->flow();
  if (!reading.by_default) text += "  # " + reading.value->place.text();
  return text + "\n";
}

}  // namespace

std::string describeSections(const std::vector<SectionReading>& sections, const SettingTexts& texts) {
  Comments comments(texts);
  std::string out;
  for (const SectionReading& section : sections) {
    if (!out.empty()) out += "\n";
    out += section.section + ":\n";
    for (const Reading& reading : section.settings) {
      addComment(out, comments.of(*reading.field));
      out += facts(section, reading);
      out += line(reading);
    }
  }
  return out;
}

}  // namespace kontor::config
