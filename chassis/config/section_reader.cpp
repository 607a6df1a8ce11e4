#include "chassis/config/section_reader.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "chassis/config/schema.hpp"
#include "chassis/config/text.hpp"
#include "kontor/api/options.pb.h"

namespace kontor::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

std::string join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

}  // namespace

SectionReader::SectionReader(std::string section, const Variables& variables, std::filesystem::path folder,
                             std::vector<Fault>& faults, std::vector<Reading>& readings)
    : section_(std::move(section)),
      variables_(variables),
      folder_(std::move(folder)),
      faults_(faults),
      readings_(readings) {}

void SectionReader::read(Message& into, const std::vector<Reference>& members, const Place& where) {
  where_ = where;
  takeOverrides(into);
  readMessage(into, "", members);
}

void SectionReader::addMembers(const Node& map, std::vector<Reference>& into) {
  for (const Member& member : map.members) into.push_back({member.key, &member});
}

// Variables name settings in capitals with _ for . and may write __ between levels: KONTOR_ORDER__CHECKOUT__HOLD.
void SectionReader::takeOverrides(const Message& settings) {
  std::vector<std::string> known;
  std::map<std::string, Leaf> leaves;
  for (const Leaf& leaf : leavesOf(*settings.GetDescriptor())) {
    known.push_back(variableOf(section_, leaf.path));
    const bool fresh = leaves.emplace(known.back(), leaf).second;
    KONTOR_ASSERT(fresh, "two settings of one section have the same environment variable");
  }
  const std::string prefix = variableOf(section_, "");
  for (auto at = variables_.lower_bound(prefix); at != variables_.end() && at->first.starts_with(prefix); ++at) {
    std::string name = at->first;
    for (std::size_t twice; (twice = name.find("__", prefix.size())) != std::string::npos;) name.erase(twice, 1);
    const Place place{"environment variable " + at->first, 0, 0};
    const auto leaf = leaves.find(name);
    if (leaf == leaves.end()) {
      const std::string near = nearest(name, known);
      faults_.push_back({place, "", "UNKNOWN_KEY",
                         "names no setting of " + section_ + (near.empty() ? "" : "; did you mean " + near + "?")});
      continue;
    }
    Node node{Node::Kind::kScalar, place, at->second, {}, {}};
    if (leaf->second.field->is_repeated()) node = parseYaml(at->second, place.source, faults_);
    overrides_.emplace(leaf->second.path, std::move(node));
  }
}

void SectionReader::readMessage(Message& into, const std::string& path, const std::vector<Reference>& members) {
  const Descriptor& type = *into.GetDescriptor();
  std::vector<std::vector<Reference>> found(static_cast<std::size_t>(type.field_count()));
  for (const Reference& reference : members) {
    const std::size_t dot = std::min(reference.key.find('.'), reference.key.size());
    const Field* field = type.FindFieldByName(std::string(reference.key.substr(0, dot)));
    const std::string_view rest = reference.key.substr(std::min(dot + 1, reference.key.size()));
    if (!field || (!rest.empty() && !isGroup(*field))) {
      unknown(into, path, reference);
      continue;
    }
    found[static_cast<std::size_t>(field->index())].push_back({rest, reference.member});
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    const std::string at = join(path, field.name());
    if (isGroup(field)) {
      readGroup(into, field, at, found[static_cast<std::size_t>(i)]);
    } else {
      readSetting(into, field, at, found[static_cast<std::size_t>(i)]);
    }
  }
}

void SectionReader::readGroup(Message& into, const Field& field, const std::string& path,
                              const std::vector<Reference>& found) {
  std::vector<Reference> members;
  for (const Reference& reference : found) {
    const Node& value = reference.member->value;
    if (!reference.key.empty()) {
      members.push_back(reference);
    } else if (value.kind == Node::Kind::kMap) {
      addMembers(value, members);
    } else if (value.kind != Node::Kind::kNull) {
      unexpected(field, path, value, "WRONG_TYPE", expectation(field));
    }
  }
  readMessage(*into.GetReflection()->MutableMessage(&into, &field), path, members);
}

void SectionReader::readSetting(Message& into, const Field& field, const std::string& path,
                                const std::vector<Reference>& found) {
  for (std::size_t i = 1; i < found.size(); ++i) {
    fault(found[i].member->place, path, "DUPLICATE_KEY",
          "is given twice, first at " + found.front().member->place.text());
  }
  bool by_default = false;
  const std::optional<Node> value = valueOf(field, path, found, by_default);
  readings_.push_back({path, &field, value, by_default});
  if (value) {
    const std::size_t faults_before = faults_.size();
    readNode(into, field, path, *value);
    KONTOR_ASSERT(!by_default || faults_.size() == faults_before, "a setting's own default is faulty");
  }
  const auto* reflection = into.GetReflection();
  const bool empty_text =
      !field.is_repeated() && field.cpp_type() == Field::CPPTYPE_STRING && reflection->GetString(into, &field).empty();
  const bool empty_list = field.is_repeated() && reflection->FieldSize(into, &field) == 0;
  if (settingOf(field).required() && (!value || empty_list || empty_text)) missing(field, path);
}

std::optional<Node> SectionReader::valueOf(const Field& field, const std::string& path,
                                           const std::vector<Reference>& found, bool& by_default) {
  if (const auto override_value = overrides_.find(path); override_value != overrides_.end()) {
    return override_value->second;
  }
  if (!found.empty()) return found.front().member->value;
  const std::string& text = settingOf(field).default_();
  if (text.empty()) return std::nullopt;
  by_default = true;
  const Place place{"default", 0, 0};
  if (!field.is_repeated()) return Node{Node::Kind::kScalar, place, text, {}, {}};
  return parseYaml(text, place.source, faults_);
}

void SectionReader::fault(const Place& place, const std::string& path, std::string reason, std::string detail) {
  faults_.push_back({place, full(path), std::move(reason), std::move(detail)});
}

void SectionReader::unexpected(const Field& field, const std::string& path, const Node& node, std::string reason,
                               std::string_view expected) {
  std::string found = "found nothing";
  if (node.kind != Node::Kind::kNull) {
    found = settingOf(field).secret() ? "found another value (secret)" : "found " + node.flow();
  }
  fault(node.place, path, std::move(reason), found + ", expected " + std::string(expected));
}

void SectionReader::unknown(const Message& settings, const std::string& path, const Reference& found) {
  std::vector<std::string> known;
  for (const Leaf& leaf : leavesOf(*settings.GetDescriptor())) known.push_back(leaf.path);
  const std::string near = nearest(found.key, known);
  std::string detail = "is not a setting";
  if (!near.empty()) {
    detail += "; did you mean " + near + "?";
  } else {
    detail += "; known here:";
    for (std::size_t i = 0; i < known.size() && i < 20; ++i) detail += (i == 0 ? " " : ", ") + known[i];
    if (known.empty()) detail += " none";
  }
  fault(found.member->place, join(path, found.key), "UNKNOWN_KEY", std::move(detail));
}

void SectionReader::missing(const Field& field, const std::string& path) {
  std::string detail = settingOf(field).secret() ? "is a required secret: set it by ${env:NAME} or ${file:PATH}"
                                                 : "is required: set it to " + expectation(field);
  if (path.find('[') == std::string::npos) detail += " in the file, or set " + variableOf(section_, path);
  fault(where_, path, "MISSING", std::move(detail));
}

}  // namespace kontor::config
