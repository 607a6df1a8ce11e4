#pragma once

#include <vector>

#include "tools/protoc-gen-kontor/faults.hpp"
#include "tools/protoc-gen-kontor/model.hpp"

// The law: what a contract must be like. Each check notes a fault with what to do about it; testdata/errors/ holds one
// contract per refusal.
namespace kontor::generator {

/// Everything that one file alone must keep to.
void checkFile(const FileDescriptor& file, Faults& faults);
/// What files must keep to together: no two methods on one verb and path, no two events of one type.
void checkTogether(const std::vector<const FileDescriptor*>& files, Faults& faults);

// Parts of checkFile.
void checkEnum(const EnumDescriptor& type, Faults& faults);
void checkMessage(const Descriptor& message, Faults& faults);
void checkEvents(const FileDescriptor& file, Faults& faults);
void checkMethod(const MethodDescriptor& method, Faults& faults);

}  // namespace kontor::generator
