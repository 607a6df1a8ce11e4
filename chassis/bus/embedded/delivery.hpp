#pragma once

#include <array>
#include <bitset>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chassis/bus/bus.hpp"
#include "chassis/bus/embedded/event_log.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::bus::embedded {

using PartitionSet = std::bitset<kPartitions>;

/// Brings one group the events of one topic: each partition in order, several partitions side by side.
///
/// A partition is a lane: idle, waiting for one of the few places to run, running, or pausing after a failure (which
/// holds no place). All of it lives on one executor; only the constructor may be called elsewhere.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  struct Limits {
    std::size_t parallel;
    std::size_t batch;
  };

  /// `events` and `executor` must outlive it. `progress` is called whenever a position has moved.
  Delivery(EventLog& events, runtime::Executor& executor, Subscription subscription, Limits limits,
           std::function<void()> progress, telemetry::Log log);

  const Subscription& subscription() const { return subscription_; }

  /// Takes up where the group had come to; tries again while the store fails.
  task<void> start();
  /// Something was published to these partitions.
  void wake(PartitionSet partitions);
  /// Adds the positions that have moved since the last call.
  void takeMoved(std::vector<Position>& into);
  /// Says that taken positions could not be saved.
  void putBack(const Position& position);
  /// Begins nothing more; returns when no handler runs.
  task<void> stop();

 private:
  enum class Verdict : std::uint8_t { kDone, kAgain };

  struct Lane {
    std::int64_t position = 0;
    int attempts = 0;     // at the event behind `position`
    bool busy = false;    // waits for a place, or runs
    bool wanted = false;  // was woken while busy
    bool moved = false;
    runtime::TimerId pause = 0;
  };

  void request(std::size_t partition);
  void fillPlaces();
  static task<void> runLane(std::shared_ptr<Delivery> self, std::size_t partition);
  task<bool> deliverBatch(std::size_t partition);
  task<Verdict> deliver(std::size_t partition, const Entry& entry);
  task<std::string> handle(const store::StoredEvent& event);
  task<bool> setAside(std::size_t partition, const Entry& entry, std::string reason);
  void pauseLane(std::size_t partition, Duration span);
  void leavePlace(std::size_t partition, bool more);
  bool interested(const std::string& type) const;

  EventLog& events_;
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
