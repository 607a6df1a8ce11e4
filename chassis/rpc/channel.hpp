#pragma once

#include "chassis/rpc/method.hpp"

namespace kontor::rpc {

/// Carries a call to a service in another place: gRPC, or the simulation. Policies (retry, breaker, …) wrap a Channel.
///
/// Fails with Error: UNAVAILABLE when the call did not run, DEADLINE_EXCEEDED or an Error with `mayHaveRun` when it may
/// have. Thread-safe. A channel outlives the calls on it.
class Channel {
 public:
  virtual ~Channel() = default;
  /// `request` is owned by the call: it must stay valid only until the first suspension of the returned task's caller
  /// ends, so callees copy or move what they keep. Returns a new message of the method's response type.
  virtual task<MessagePtr> call(const Method& method, Context context, MessagePtr request) = 0;
};

}  // namespace kontor::rpc
