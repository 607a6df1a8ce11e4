#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "chassis/store/event.hpp"

namespace kontor::bus {

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

/// The stream of events between services, behind one port for every broker.
///
/// Promise: what `publish` has returned for is delivered to every group that has ever subscribed to its topic, at least
/// once and in order per subject, also over crashes of either side. A topic has 16 partitions by hash of the subject;
/// each has one consumer per group at a time. Consumers use `Transaction::once` to have the effect exactly once.
/// Thread-safe.
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
};

constexpr int kPartitions = 16;
/// The partition of a subject: stable over versions and drivers (FNV-1a, 64 bits).
int partitionOf(std::string_view subject);

}  // namespace kontor::bus
