#include "chassis/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace kontor {

void assertionFailed(std::string_view condition, std::string_view message, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %.*s (%.*s) at %s:%d\n", static_cast<int>(condition.size()), condition.data(),
               static_cast<int>(message.size()), message.data(), file, line);
  std::abort();
}

}  // namespace kontor
