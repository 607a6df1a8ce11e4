#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "kontor/api/options.pb.h"

// How the generator sees a contract: names in C++ and JSON, and what a field is to the codecs.
namespace kontor::generator {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

/// What the value of a field is to the codecs; of a map, what its values are.
enum class Kind { kText, kBytes, kBoolean, kNumber, kEnum, kTime, kMessage };

Kind kindOf(const FieldDescriptor& field);
/// The field that holds a map's values; any other field itself.
const FieldDescriptor& valueOf(const FieldDescriptor& field);
/// A list or single value: "std::int64_t" for numbers, the class or enum for those, "bool".
std::string typeOf(const FieldDescriptor& field, const FileDescriptor& from);

/// The rules of kontor.api.Field; all empty when the contract states none.
const api::Field& rulesOf(const FieldDescriptor& field);
/// Neither internal nor an HTTP status: written to JSON and read from it.
bool inJson(const FieldDescriptor& field);
std::vector<const FieldDescriptor*> jsonFields(const Descriptor& message);
/// The kontor.api.event option; null when the message is no event.
const api::Event* eventOf(const Descriptor& message);

/// "kontor::order::v1".
std::string namespaceOf(const FileDescriptor& file);
/// "CompleteRequest" in its own package, "::kontor::type::v1::Money" in another.
std::string className(const Descriptor& message, const FileDescriptor& from);
std::string className(const EnumDescriptor& type, const FileDescriptor& from);
/// The accessor's name in C++.
std::string accessor(const FieldDescriptor& field);
/// "kontor/order/v1/order" of the .proto's name.
std::string stemOf(const FileDescriptor& file);

/// "ORDER_STATUS_" of OrderStatus.
std::string prefixOf(const EnumDescriptor& type);
/// "partially_paid" of ORDER_STATUS_PARTIALLY_PAID.
std::string wordOf(const EnumValueDescriptor& value);

/// All messages of the file, nested ones after the one they are in; no map entries.
std::vector<const Descriptor*> allMessages(const FileDescriptor& file);
std::vector<const EnumDescriptor*> allEnums(const FileDescriptor& file);
/// False for files that we make no codecs of: the options and Google's.
bool hasCodecs(const FileDescriptor& file);
/// True for google.protobuf.Timestamp and Duration.
bool isTime(const Descriptor& message);

/// The contract's comment on a declaration, without comment signs.
template <class Declaration>
std::string commentOf(const Declaration& declaration);
/// Up to the first full stop that ends a sentence, on one line.
std::string firstSentence(std::string text);

std::string trimmedComment(const google::protobuf::SourceLocation& location);

template <class Declaration>
std::string commentOf(const Declaration& declaration) {
  google::protobuf::SourceLocation location;
  return declaration.GetSourceLocation(&location) ? trimmedComment(location) : std::string();
}

}  // namespace kontor::generator
