#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "services/notification/domain.hpp"

namespace kontor::store {
struct Audit;
class Statements;
class Transaction;
}  // namespace kontor::store

namespace kontor::notification {

/// What the service needs of a store. Writes run inside a transaction of the caller's, reads there or on a snapshot.
/// Addresses are sealed on their way in. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  virtual task<bool> hasMessageOf(store::Statements& in, std::string event_id) = 0;
  /// Queues a message behind all others; its position is the store's.
  virtual task<void> add(store::Transaction& in, Message message) = 0;
  /// Takes up to `most` messages whose time has come, and none before an older one of its order: counts the try, and
  /// hides them until `until`, when a crash in between makes them due again.
  virtual task<std::vector<Message>> claimDue(store::Transaction& in, Time until, std::int64_t most) = 0;
  /// Writes what became of a try; false when the message was settled or claimed by another since.
  virtual task<bool> settle(store::Transaction& in, const Message& message) = 0;
  /// Messages before `before`, the newest first. `order` is an id or a number; empty: of all.
  virtual task<std::vector<Message>> list(store::Statements& in, std::string order, std::optional<State> state,
                                          std::int64_t before, std::int64_t limit) = 0;

  /// Checks the stored facts against each other, on the one snapshot that `in` is.
  virtual task<std::vector<store::Audit>> audit(store::Statements& in, Time now) = 0;
};

}  // namespace kontor::notification
