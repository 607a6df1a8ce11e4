#pragma once

#include <string>

namespace kontor {

/// Reads the configuration as `serve` would, without opening anything; prints every setting in force. Throws Error that
/// names every fault. Returns the exit code.
int checkConfig(const std::string& file);

}  // namespace kontor
