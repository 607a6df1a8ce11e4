#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "chassis/bus/bus.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/store/event.hpp"

namespace kontor::store {
class SqlStore;
}

namespace kontor::bus::embedded {

/// One event and its place in the log.
struct Entry {
  std::int64_t number;
  store::StoredEvent event;
};

/// How far a group has come in one partition.
struct Position {
  std::string group;
  std::string topic;
  int partition = 0;
  std::int64_t entry = 0;
};

/// An event that a group could not handle.
struct DeadLetter {
  Position position;  // of the event itself
  store::StoredEvent event;
  std::string reason;
  int attempts = 0;
};

using Positions = std::array<std::int64_t, kPartitions>;

/// The embedded bus's tables in words: the log, the groups' positions, the dead letters. Thread-safe, as its store is,
/// which must outlive it.
class EventLog {
 public:
  explicit EventLog(store::SqlStore& store) : store_(store) {}

  /// Adds events, in this order; one that is there already (by id) is left as it is.
  task<void> append(std::vector<store::StoredEvent> events);
  /// Makes the group known, so that nothing it has not seen is deleted, and tells how far it had come.
  task<Positions> join(std::string group, std::string topic);
  /// The next entries of a partition behind `after`, at most `limit`.
  task<std::vector<Entry>> read(std::string topic, int partition, std::int64_t after, std::size_t limit);
  task<void> save(std::vector<Position> positions);
  /// Keeps the event as a dead letter and moves the group past it, in one transaction.
  task<void> setAside(DeadLetter letter);
  /// Deletes up to `limit` of the oldest entries that every group of their topic is done with, but none of the newest
  /// `keep`.
  task<void> sweep(std::int64_t keep, std::int64_t limit);

 private:
  store::SqlStore& store_;
};

}  // namespace kontor::bus::embedded
