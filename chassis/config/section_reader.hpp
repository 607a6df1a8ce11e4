#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/config/settings.hpp"
#include "chassis/config/tree.hpp"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace kontor::config {

/// A setting as it was read, for `describe`.
struct Reading {
  std::string path;
  const google::protobuf::FieldDescriptor* field;
  std::optional<Node> value;  // as written; nothing when the setting has neither value nor default
  bool by_default = false;
};

/// A key of the file that leads to a setting: `key` is what is left of the member's own key after the parts that named
/// groups ("hold" of "checkout.hold").
struct Reference {
  std::string_view key;
  const Member* member;
};

/// Reads one section into its settings message by reflection, and notes faults and readings.
class SectionReader {
 public:
  SectionReader(std::string section, const Variables& variables, std::filesystem::path folder,
                std::vector<Fault>& faults, std::vector<Reading>& readings);

  /// `members` are the section's keys, `where` the place to name when one is missing.
  void read(google::protobuf::Message& into, const std::vector<Reference>& members, const Place& where);

  /// The keys of a map as references.
  static void addMembers(const Node& map, std::vector<Reference>& into);

 private:
  using Field = google::protobuf::FieldDescriptor;

  void takeOverrides(const google::protobuf::Message& settings);
  void readMessage(google::protobuf::Message& into, const std::string& path, const std::vector<Reference>& members);
  void readGroup(google::protobuf::Message& into, const Field& field, const std::string& path,
                 const std::vector<Reference>& found);
  void readSetting(google::protobuf::Message& into, const Field& field, const std::string& path,
                   const std::vector<Reference>& found);
  std::optional<Node> valueOf(const Field& field, const std::string& path, const std::vector<Reference>& found,
                              bool& by_default);
  void readNode(google::protobuf::Message& into, const Field& field, const std::string& path, const Node& node);
  void readMap(google::protobuf::Message& into, const Field& field, const std::string& path, const Node& node);
  void readItem(google::protobuf::Message& into, const Field& field, const std::string& path, const Node& node);
  void readScalar(google::protobuf::Message& into, const Field& field, const std::string& path, const Node& node);
  void readDuration(google::protobuf::Message& into, const Field& field, const std::string& path, const Node& node,
                    std::string_view text);

  void fault(const Place& place, const std::string& path, std::string reason, std::string detail);
  void unexpected(const Field& field, const std::string& path, const Node& node, std::string reason,
                  std::string_view expected);
  void unknown(const google::protobuf::Message& settings, const std::string& path, const Reference& found);
  void missing(const Field& field, const std::string& path);
  /// The path with its section: "order.checkout.hold".
  std::string full(const std::string& path) const { return path.empty() ? section_ : section_ + "." + path; }

  std::string section_;
  const Variables& variables_;
  std::filesystem::path folder_;
  std::vector<Fault>& faults_;
  std::vector<Reading>& readings_;
  std::map<std::string, Node> overrides_;
  Place where_;
};

}  // namespace kontor::config
