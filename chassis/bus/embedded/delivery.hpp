#pragma once

#include <array>
#include <bitset>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "chassis/bus/bus.hpp"
#include "chassis/bus/embedded/event_log.hpp"
#include "chassis/bus/embedded/letters.hpp"
#include "chassis/bus/embedded/replays.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::bus::embedded {

using PartitionSet = std::bitset<kPartitions>;

/// Where deliveries read and write.
struct Tables {
  EventLog& events;
  Letters& letters;
  Replays& replays;
};

/// How far deliveries have come since they were last asked.
struct Progress {
  std::vector<Position> positions;
  std::vector<ReplayLane> replays;

  bool empty() const { return positions.empty() && replays.empty(); }
};

/// Brings one group the events of one topic: each partition in order, several partitions side by side.
///
/// A partition is a lane: idle, waiting for one of the few places to run, running, or pausing after a failure (which
/// holds no place). What was asked for by hand (letters to retry, replays) comes before the lane's next new event. All
/// of it lives on one executor; only the constructor may be called elsewhere.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  struct Limits {
    std::size_t parallel;
    std::size_t batch;
  };

  /// What `tables` names and `executor` must outlive it. `progress` is called whenever a position has moved.
  Delivery(Tables tables, runtime::Executor& executor, Subscription subscription, Limits limits,
           std::function<void()> progress, telemetry::Log log);

  const Subscription& subscription() const { return subscription_; }

  /// Takes up where the group had come to; tries again while the store fails.
  task<void> start();
  /// Whether `start` has found out where the group is.
  bool joined() const { return joined_; }
  /// The last entry of a partition that the group is done with.
  std::int64_t position(std::size_t partition) const { return lanes_.at(partition).position; }
  /// Something was published to these partitions.
  void wake(PartitionSet partitions);
  /// Tries a letter once more.
  void retry(const DeadLetter& letter);
  /// Delivers what the run names once more. The replay is kept already.
  void replay(ReplayRun run);
  /// Adds what has moved since the last call.
  void takeMoved(Progress& into);
  /// Says that taken progress could not be saved; what is not of this delivery is ignored.
  void putBack(const Progress& progress);
  /// Begins nothing more; returns when no handler runs.
  task<void> stop();

 private:
  struct Retry {
    std::string id;
  };
  struct Running {
    ReplayRun run;
    int attempts = 0;  // at the event behind the run's entry
    bool moved = false;
  };
  using Errand = std::variant<Retry, Running>;

  struct Lane {
    std::int64_t position = 0;
    int attempts = 0;     // at the event behind `position`
    bool busy = false;    // waits for a place, or runs
    bool wanted = false;  // was woken while busy
    bool moved = false;
    runtime::TimerId pause = 0;
    std::deque<Errand> errands;
    std::vector<ReplayLane> ended;  // replays that have ended since they were last saved
  };

  task<void> join();
  void add(std::size_t partition, Errand errand);
  void request(std::size_t partition);
  void fillPlaces();
  static task<void> runLane(std::shared_ptr<Delivery> self, std::size_t partition);
  task<bool> deliverBatch(std::size_t partition);
  task<bool> runErrand(std::size_t partition);
  task<void> retryLetter(std::string id);
  task<bool> replayBatch(std::size_t partition, Running& running);
  /// `done` is the event's own entry, unless it comes by a replay.
  task<bool> settle(std::size_t partition, const store::StoredEvent& event, int& attempts,
                    std::optional<std::int64_t> done);
  task<std::string> handle(const store::StoredEvent& event);
  task<bool> setAside(std::size_t partition, const store::StoredEvent& event, std::string reason, int attempts,
                      std::optional<std::int64_t> done);
  void pauseLane(std::size_t partition, Duration span);
  void leavePlace(std::size_t partition, bool more);
  bool interested(const std::string& type) const;
  bool mine(const std::string& group, const std::string& topic) const;

  const Tables tables_;
  runtime::Executor& executor_;
  const Subscription subscription_;
  const Limits limits_;
  const std::function<void()> progress_;
  const telemetry::Log log_;
  std::array<Lane, kPartitions> lanes_;
  std::deque<std::size_t> waiting_;  // lanes that want a place
  std::size_t running_ = 0;
  bool joined_ = false;
  bool stopping_ = false;
  runtime::OneShot<bool> quiet_;
};

}  // namespace kontor::bus::embedded
