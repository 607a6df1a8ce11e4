#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/telemetry/trace.hpp"

namespace kontor::rpc {

/// On whose behalf a call runs.
struct Principal {
  enum class Kind : std::uint8_t { kAnonymous, kCustomer, kStaff, kApiKey, kService };

  Kind kind = Kind::kAnonymous;
  /// The customer's, staff member's or key's id, or the calling service's name; empty for anonymous callers.
  std::string id;
  /// "order:read", "payment:refund", …; "*" grants all. Only staff and keys have any.
  std::vector<std::string> permissions;
  /// The session a logged-in caller came with; empty otherwise.
  std::string session;

  bool allows(std::string_view permission) const;
  /// "staff:usr_01…" or "anonymous": who did it, for history and the scope of idempotency keys.
  std::string name() const;
};

/// A client's wish that a repeated call has one effect and one answer.
struct Idempotency {
  /// Principal, method and path: a key cannot reach across any of them.
  std::string scope;
  std::string key;
  /// Hash of the request's body: the same key with another body is refused.
  std::string fingerprint;
};

/// What travels with a call besides its request: deadline, caller, trace, idempotency key. A small value over shared
/// immutable data: copies are cheap, changes make a new one. Thread-safe to read.
class Context {
 public:
  struct Data {
    std::optional<SteadyTime> deadline;
    Principal principal;
    telemetry::TraceContext trace;
    std::string request_id;
    std::optional<Idempotency> idempotency;
    /// If-Match: the version the caller believes the entity has.
    std::optional<std::int64_t> expected_version;
    /// RFC 4647 range of the wanted texts; empty takes the shop's.
    std::string locale;
  };

  /// An anonymous call without a deadline.
  Context();
  explicit Context(Data data) : data_(std::make_shared<const Data>(std::move(data))) {}

  /// The context of work that a service does by itself, such as a saga taken up again after a crash.
  static Context forService(std::string_view name);

  const std::optional<SteadyTime>& deadline() const { return data_->deadline; }
  const Principal& principal() const { return data_->principal; }
  const telemetry::TraceContext& trace() const { return data_->trace; }
  const std::string& requestId() const { return data_->request_id; }
  const std::optional<Idempotency>& idempotency() const { return data_->idempotency; }
  const std::optional<std::int64_t>& expectedVersion() const { return data_->expected_version; }
  const std::string& locale() const { return data_->locale; }

  /// The earlier of the present deadline and `deadline`.
  Context withDeadline(SteadyTime deadline) const;
  Context withoutDeadline() const;
  Context withTrace(telemetry::TraceContext trace) const;
  /// The same call as service `name`: what one service uses to call another. Keeps deadline and trace, drops the
  /// client's idempotency key and expected version (they meant the outer method).
  Context asService(std::string_view name) const;

 private:
  std::shared_ptr<const Data> data_;
};

/// Throws VERSION_MISMATCH (412) when the caller sent If-Match with another version than `actual`.
void requireVersion(const Context& context, std::int64_t actual);

}  // namespace kontor::rpc
