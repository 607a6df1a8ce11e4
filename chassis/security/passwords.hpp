#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class Environment;
}

namespace kontor::security {

/// What one password hash costs. The default is OWASP's: 19 MiB, two passes, about 20 ms of one core. Tests and the
/// simulation take less.
struct PasswordCost {
  int memory_kib = 19'456;  // at least 8
  int passes = 2;           // at least 1
};

/// Hashes and checks passwords with Argon2id, on a thread of its own so that no loop ever waits.
///
/// Hashes are PHC strings ("$argon2id$v=19$m=19456,t=2,p=1$salt$hash"), so that each says by itself how it was made.
/// Work is done one after another; beyond 64 waiting calls, one is refused with RESOURCE_EXHAUSTED / "BUSY".
/// Thread-safe. Must not outlive `environment`.
class Passwords {
 public:
  Passwords(runtime::Environment& environment, PasswordCost cost);
  ~Passwords();

  task<std::string> hash(std::string password);
  /// Whether `password` is the one behind `phc`. A string that is no hash fits no password, after the same work: so a
  /// login to an account that does not exist (an empty string) cannot be told by the clock.
  task<bool> verify(std::string password, std::string phc);
  /// Whether `phc` was made at another cost and should be replaced at the next login.
  bool needsRehash(const std::string& phc) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Throws INVALID_ARGUMENT on the field `path` unless a new password has 8 to 256 characters and is none of the common
/// ones. No rule of composition: length and not being in a list is what helps (NIST SP 800-63B).
void requireGoodPassword(std::string_view password, std::string_view path);

}  // namespace kontor::security
