#pragma once

#include "tools/protoc-gen-kontor/model.hpp"
#include "tools/protoc-gen-kontor/text.hpp"

// What becomes of the parts of a contract. `header` is x.kontor.hpp, `source` is x.kontor.cpp; both are inside the
// package's namespace. Contracts have passed the checks.
namespace kontor::generator {

struct Output {
  Text& header;
  Text& source;
};

/// wordOf, fromWord and two readWord.
void emitEnum(const EnumDescriptor& type, Output out);
/// writeJson, readJson, validate, codecOf; httpStatus and setField where they have a use.
void emitMessage(const Descriptor& message, Output out);
/// makeEvent, readEvent and the constant of the type.
void emitEvent(const Descriptor& message, Output out);
/// The interface, its face, its client and its table.
void emitService(const ServiceDescriptor& service, Output out);

// Parts of emitMessage, one file each.
void emitWriteJson(const Descriptor& message, Text& source);
void emitReadJson(const Descriptor& message, Text& source);
void emitValidate(const Descriptor& message, Text& source);
void emitSetField(const Descriptor& message, Text& source);

/// Whether a path or query may set fields of this message: requests, what is in them, and shared types.
bool isSetByText(const Descriptor& message);

/// The statement that reads `from` (a json::Value, or a text when `text`) into a field: sets it, adds to a list, or
/// enters it into a map under `entries.key()`.
std::string readStatement(const FieldDescriptor& field, const std::string& from, bool text);

}  // namespace kontor::generator
