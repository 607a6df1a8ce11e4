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
class Transaction;
}  // namespace kontor::store

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

/// What may be deleted of the log, once every group is done with it.
struct Retention {
  std::int64_t keep;  // the newest events stay …
  Time keep_from;     // … and so do those from this moment on, but for what is beyond `keep`
};

using Positions = std::array<std::int64_t, kPartitions>;

/// The log and the groups' positions in words. Thread-safe, as its store is, which must outlive it.
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
  /// The same for one, within the caller's transaction.
  static task<void> save(store::Transaction& in, Position position);
  /// Looks at the `limit` entries behind `after` and deletes those that are too old or too many, unless a group of
  /// their topic or a replay is not done with them. Returns where to go on; 0: at the beginning, when next there is
  /// something to delete.
  task<std::int64_t> sweep(Retention retention, std::int64_t after, std::int64_t limit);

 private:
  store::SqlStore& store_;
};

}  // namespace kontor::bus::embedded
