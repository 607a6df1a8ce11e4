#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "chassis/store/event.hpp"

namespace kontor::bus {

class Journal;

/// Handles one event; returns when its effect is durable. Throwing makes the bus deliver it again after a pause, and
/// set it aside as a dead letter, with the reason, after the subscription's tries are used up.
using Handler = std::function<task<void>(const store::StoredEvent&)>;

/// Who listens to what. A group sees each event at least once, in order per subject, whatever the number of processes.
struct Subscription {
  std::string group;               // "order": the consuming service
  std::string topic;               // "payment"
  std::vector<std::string> types;  // empty: all of the topic
  int tries = 5;
  Handler handler;
};

/// The stream of events between services, behind one port for every broker. Thread-safe.
///
/// Promise, which bus_contract_test.cpp holds every driver to:
/// - What `publish` has returned for is delivered to every group that has ever subscribed to its topic, at least once
///   and in order per subject, also over crashes of either side. Consumers use `Transaction::once` to have the effect
///   exactly once.
/// - A topic has 16 partitions by hash of the subject. Each has one consumer per group at a time: its events are
/// handled
///   one after another, and an event is done with when its handler has returned, never before.
/// - A handler that throws is called again after a pause that doubles (0.1 s up to 5 s). Meanwhile only its own
///   partition of its own group waits. After the subscription's tries the event is set aside as a dead letter with the
///   reason, and the events behind it go on; nothing is dropped without one.
/// - A slow group holds up no other group and no publisher. What it has not seen waits in the log, not in memory: a
///   bounded number of events is read ahead, and a bounded number of its handlers runs at a time.
/// - The log keeps events for replay for as long as the settings say, and always those that some group has not seen.
/// - What was delivered can be delivered once more (`Journal`): as a redelivery, which inboxes drop where the effect is
///   there, or again, which has the effect once more.
class Bus {
 public:
  virtual ~Bus() = default;
  /// Appends `events`, in this order; returns when they are durable. Throws UNAVAILABLE when they may not be.
  virtual task<void> publish(std::vector<store::StoredEvent> events) = 0;
  /// Registers a consumer. Before `start` only.
  virtual void subscribe(Subscription subscription) = 0;
  /// Begins delivery.
  virtual void start() = 0;
  /// Ends delivery: returns when no handler runs any more.
  virtual task<void> stop() = 0;
  /// What was published and what became of it, for operators.
  virtual Journal& journal() = 0;
};

constexpr int kPartitions = 16;
/// The partition of a subject: stable over versions and drivers (FNV-1a, 64 bits).
int partitionOf(std::string_view subject);

}  // namespace kontor::bus
