#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf
namespace kontor::json {
class Writer;
}

namespace kontor::gateway {

/// JSON Schemas of message types, in the mapping that the generated codecs follow.
class SchemaWriter {
 public:
  explicit SchemaWriter(json::Writer& out) : out_(out) {}

  /// {"$ref": …} to the type's schema, which `writeAll` will write.
  void reference(const google::protobuf::Descriptor& type);
  /// The schema of a request's body: the type without the fields that come from the path, and nothing else allowed.
  void body(const google::protobuf::Descriptor& type, const std::vector<std::string>& in_path);
  /// The schema of one value of a field, with its limits; of the whole list or map when it is one.
  void field(const google::protobuf::FieldDescriptor& field);
  /// The members of "components/schemas": every type referred to so far, and those they refer to.
  void writeAll();

 private:
  void members(const google::protobuf::Descriptor& type, const std::vector<std::string>& left_out);
  void value(const google::protobuf::FieldDescriptor& field);
  void integer(const google::protobuf::FieldDescriptor& field, std::string_view format);
  void text(const google::protobuf::FieldDescriptor& field);
  void words(const google::protobuf::FieldDescriptor& field);
  void message(const google::protobuf::Descriptor& type);
  void member(std::string_view name, std::string_view text);

  json::Writer& out_;
  std::set<std::string> known_;
  std::vector<const google::protobuf::Descriptor*> waiting_;
};

/// Whether JSON shows the field at all: neither internal, nor the answer's status, nor filled from a header.
bool shown(const google::protobuf::FieldDescriptor& field);
/// Whether an answer of this type may ask for another success status than its method's.
bool namesItsStatus(const google::protobuf::Descriptor& type);
/// Must be given in a request.
bool required(const google::protobuf::FieldDescriptor& field);

}  // namespace kontor::gateway
