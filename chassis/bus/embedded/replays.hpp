#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/bus/journal.hpp"

namespace kontor::store {
class SqlStore;
}

namespace kontor::bus::embedded {

/// A replay's part in one partition of one group.
struct ReplayLane {
  std::string replay;
  std::string group;
  std::string topic;
  int partition = 0;
  std::int64_t entry = 0;  // done with this one and all before it
  std::int64_t last = 0;
  std::int64_t delivered = 0;
  bool done = false;
};

/// A lane with what is to be delivered in it.
struct ReplayRun {
  ReplayLane lane;
  ReplayMode mode = ReplayMode::kRedeliver;
  EventFilter filter;
};

/// The replays in words. Thread-safe, as its store is, which must outlive it.
class Replays {
 public:
  explicit Replays(store::SqlStore& store) : store_(store) {}

  /// Keeps a new replay; false when its id is known already. Forgets the oldest finished ones.
  task<bool> begin(ReplayRequest request, std::vector<ReplayLane> lanes);
  task<void> save(std::vector<ReplayLane> lanes);
  task<std::optional<Replay>> find(std::string id);
  /// What a group has still to be given of its replays, the oldest first.
  task<std::vector<ReplayRun>> unfinished(std::string group, std::string topic);

 private:
  store::SqlStore& store_;
};

}  // namespace kontor::bus::embedded
