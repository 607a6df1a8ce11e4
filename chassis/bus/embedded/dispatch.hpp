#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chassis/bus/embedded/delivery.hpp"
#include "chassis/bus/embedded/embedded_bus.hpp"

namespace kontor::runtime {
class Clock;
}

namespace kontor::bus::embedded {

/// Partitions by topic.
using TouchedPartitions = std::map<std::string, PartitionSet>;

/// What the deliveries of a bus share: their start and stop, saving how far they are, clearing the log, waiting for
/// news. Lives on the background executor, and its coroutines keep it alive past the bus, but then touch the store no
/// more. What is called from elsewhere says so.
class Dispatch : public std::enable_shared_from_this<Dispatch> {
 public:
  /// All references outlive it.
  Dispatch(runtime::Executor& executor, const runtime::Clock& clock, store::SqlStore& store, Options options,
           telemetry::Log log);

  /// Thread-safe, as their store is.
  EventLog& events() { return events_; }
  Letters& letters() { return letters_; }
  Replays& replays() { return replays_; }
  runtime::Executor& executor() { return executor_; }

  /// Of the thread that makes the bus.
  void add(Subscription subscription);
  void start();
  /// Thread-safe.
  void touched(TouchedPartitions topics, std::int64_t count);
  /// Thread-safe; `done` is set when nothing runs any more and all positions are saved.
  void stop(runtime::OneShot<bool> done) { executor_.spawn(end(shared_from_this(), std::move(done))); }

  /// A number that is another one once something more was published. Thread-safe.
  std::int64_t news() const { return news_; }
  /// Returns when `news` is not `seen` any more, or `longest` has passed. False when there is no more waiting. Throws
  /// as Journal::follow.
  task<bool> awaitNews(std::int64_t seen, Duration longest);
  /// Lets nobody wait any more.
  void endWaiting();

  /// As Journal's.
  task<Replay> replay(ReplayRequest request);
  task<std::optional<DeadLetter>> retry(std::string group, std::string id);

 private:
  struct Waiter {
    runtime::OneShot<bool> shot;
    runtime::TimerId timer = 0;
  };

  /// Runs work of its own, which does not throw; `end` waits for it, since it uses the store.
  void begin(task<void> work);
  static task<void> finish(std::shared_ptr<Dispatch> self, task<void> work);
  static task<void> end(std::shared_ptr<Dispatch> self, runtime::OneShot<bool> done);
  void scheduleSave();
  void scheduleSweep();
  task<void> saveAndSweep();
  task<void> save();
  task<void> sweep();
  void releaseWaiters();
  std::vector<std::shared_ptr<Delivery>> meant(const ReplayRequest& request) const;

  runtime::Executor& executor_;
  const runtime::Clock& clock_;
  const Options options_;
  const telemetry::Log log_;
  EventLog events_;
  Letters letters_;
  Replays replays_;
  std::vector<std::shared_ptr<Delivery>> deliveries_;
  bool started_ = false;  // of the thread that subscribes; all below of the executor
  bool live_ = false;
  bool stopping_ = false;
  std::size_t running_ = 0;  // pieces of its own work
  runtime::OneShot<bool> quiet_;
  bool waiting_ended_ = false;
  runtime::TimerId save_timer_ = 0;
  runtime::TimerId sweep_timer_ = 0;
  std::int64_t unswept_ = 0;      // events since the last sweep
  std::int64_t swept_up_to_ = 0;  // where the next sweep begins
  std::list<Waiter> waiters_;
  std::atomic<std::int64_t> news_ = 0;
};

}  // namespace kontor::bus::embedded
