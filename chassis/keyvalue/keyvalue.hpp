#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::keyvalue {

/// Names one writing of a key: `replace` compares it. Means nothing but to the store that gave it.
using Version = std::uint64_t;

/// What a key has.
struct Item {
  std::string value;
  Version version = 0;
};

/// Keys that expire, for caches and sessions, behind one port for every store (this process, Redis, Memcached).
///
/// A value may be gone before its time (memory is short, a server was started anew): callers can do without it. What is
/// written is seen by every later call on the same store. Keys are 1 to 250 printable bytes without blanks (asserted);
/// begin them with the service's name ("user.session:…"). Values are any bytes up to `kMostBytes`, else the call throws
/// INVALID_ARGUMENT / "VALUE_TOO_LARGE". `ttl` is above zero, at most 30 days, and may be rounded up to whole seconds.
/// Remote stores throw UNAVAILABLE; the call may have run. Thread-safe. Example: keyvalue_contract_test.cpp.
class KeyValue {
 public:
  static constexpr std::size_t kMostBytes = 1'000'000;

  virtual ~KeyValue() = default;
  /// Nothing when the key has no value or it has expired.
  virtual task<std::optional<Item>> get(std::string key) = 0;
  virtual task<void> put(std::string key, std::string value, Duration ttl) = 0;
  /// Puts only if the key has no value; false when it has one.
  virtual task<bool> add(std::string key, std::string value, Duration ttl) = 0;
  /// Puts only if the key still has what `get` gave with `version`; false when it was written, erased or lost since.
  virtual task<bool> replace(std::string key, std::string value, Duration ttl, Version version) = 0;
  /// False when the key had no value.
  virtual task<bool> erase(std::string key) = 0;
};

/// Asserts the rules for keys and times, and throws VALUE_TOO_LARGE: what every driver checks first.
void requireStorable(const std::string& key, const std::string& value, Duration ttl);
/// Asserts the rules for keys.
void requireKey(const std::string& key);

}  // namespace kontor::keyvalue
