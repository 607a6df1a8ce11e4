#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace kontor::generator {

/// What is wrong with the contracts of one run. Checks go on after a fault, so that an author sees all at once.
class Faults {
 public:
  /// Notes "<file>:<line>: <full name>: <what>" for any descriptor that has a place. `what` says what to do, too.
  template <class Descriptor>
  void add(const Descriptor& where, const std::string& what) {
    google::protobuf::SourceLocation location;
    const int line = where.GetSourceLocation(&location) ? location.start_line + 1 : 0;
    lines_.push_back(where.file()->name() + ":" + std::to_string(line) + ": " + where.full_name() + ": " + what);
  }
  void add(const google::protobuf::FileDescriptor& file, const std::string& what) {
    lines_.push_back(file.name() + ":1: " + what);
  }
  bool empty() const { return lines_.empty(); }
  /// All of them, for protoc to print.
  std::string text() const;

 private:
  std::vector<std::string> lines_;
};

}  // namespace kontor::generator
