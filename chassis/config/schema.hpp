#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf
namespace kontor::api {
class Setting;
}

namespace kontor::config {

/// One setting: a field that holds a value, as opposed to a message that groups settings.
struct Leaf {
  std::string path;  // "checkout.hold", without its section
  const google::protobuf::FieldDescriptor* field;
};

/// What the .proto says about a setting.
const api::Setting& settingOf(const google::protobuf::FieldDescriptor& field);
/// A single message that is no Duration: its fields are settings of their own.
bool isGroup(const google::protobuf::FieldDescriptor& field);
bool isDuration(const google::protobuf::FieldDescriptor& field);
/// All settings of a message and of the groups in it, in the order of the .proto.
std::vector<Leaf> leavesOf(const google::protobuf::Descriptor& type);
/// "a whole number from 1 to 65535": what one value of a setting may be.
std::string expectation(const google::protobuf::FieldDescriptor& field);
/// "KONTOR_ORDER__CHECKOUT_HOLD".
std::string variableOf(std::string_view section, std::string_view path);

}  // namespace kontor::config
