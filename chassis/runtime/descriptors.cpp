#include "chassis/runtime/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "chassis/base/assert.hpp"

namespace kontor::runtime {

std::int64_t raiseDescriptorLimit() {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
  KONTOR_ASSERT(known, "the system tells how many files may be open");
  const rlimit wanted{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  constexpr auto kMost = static_cast<rlim_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(limit.rlim_cur, kMost));
}

}  // namespace kontor::runtime
