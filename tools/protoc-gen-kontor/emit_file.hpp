#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace kontor::generator {

/// The generated pair of one contract that has passed the checks.
struct Generated {
  std::string header;
  std::string source;
};
Generated generate(const google::protobuf::FileDescriptor& file);

}  // namespace kontor::generator
