#pragma once

#include <cstdint>

namespace kontor::runtime {

/// Raises this process's limit of open files and sockets as far as the system allows it, and returns it.
std::int64_t raiseDescriptorLimit();

}  // namespace kontor::runtime
