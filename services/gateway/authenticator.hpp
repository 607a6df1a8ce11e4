#pragma once

#include <memory>
#include <optional>
#include <string>

#include "chassis/rpc/context.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::rpc {
class Directory;
struct Access;
}  // namespace kontor::rpc

namespace kontor::gateway {

/// Turns a bearer token into who stands behind it. Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Nothing: the token is unknown, has expired, or its session was ended. `context` carries deadline and trace.
  virtual task<std::optional<rpc::Principal>> authenticate(rpc::Context context, std::string token) = 0;
};

/// Asks the user service.
std::unique_ptr<Authenticator> contractAuthenticator(rpc::Directory& directory);

/// Throws UNAUTHENTICATED (401) when logging in would help, PERMISSION_DENIED (403) when it would not. What a contract
/// does not expressly allow is refused.
void requireAccess(const rpc::Access& access, const rpc::Principal& caller);

}  // namespace kontor::gateway
