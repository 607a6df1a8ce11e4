#pragma once

#include <string_view>

namespace kontor {

/// Prints the broken assumption with its place to standard error and aborts the process.
/// A bug is never carried on with: a wrong order is worse than a restart.
[[noreturn]] void assertionFailed(std::string_view condition, std::string_view message, const char* file, int line);

}  // namespace kontor

/// Asserts a programmer's assumption; stays on in release. Not for input: bad input throws `Error`.
#define KONTOR_ASSERT(condition, message) \
  ((condition) ? static_cast<void>(0) : ::kontor::assertionFailed(#condition, (message), __FILE__, __LINE__))
