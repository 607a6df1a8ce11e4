#include "chassis/keyvalue/keyvalue.hpp"

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::keyvalue {
namespace {

constexpr std::size_t kLongestKey = 250;  // Memcached's
constexpr Duration kLongestTtl = std::chrono::hours(24 * 30);

}  // namespace

void requireKey(const std::string& key) {
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
  KONTOR_ASSERT(!key.empty() && key.size() <= kLongestKey && printable,
                "a key is 1 to 250 printable bytes without blanks");
}

void requireStorable(const std::string& key, const std::string& value, Duration ttl) {
  requireKey(key);
  KONTOR_ASSERT(ttl > Duration(0) && ttl <= kLongestTtl, "a key is kept for more than no time and at most 30 days");
  if (value.size() <= KeyValue::kMostBytes) return;
  throw Error(Code::kInvalidArgument, "VALUE_TOO_LARGE",
              "the value of \"" + key + "\" has " + std::to_string(value.size()) + " bytes, at most " +
                  std::to_string(KeyValue::kMostBytes) + " can be kept; keep less, or keep it in a store");
}

}  // namespace kontor::keyvalue
