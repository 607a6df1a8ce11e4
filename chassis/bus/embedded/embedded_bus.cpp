#include "chassis/bus/embedded/embedded_bus.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "chassis/base/assert.hpp"
#include "chassis/bus/embedded/delivery.hpp"
#include "chassis/bus/embedded/event_log.hpp"
#include "chassis/bus/migrations.embed.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"

namespace kontor::bus::embedded {
namespace {

// Deletions come in step with publications: twice as many at most, so they keep up and no transaction is long.
constexpr std::int64_t kSweepEvery = 500;
constexpr std::int64_t kSweepMost = 1000;

using TouchedPartitions = std::map<std::string, PartitionSet>;

// What the deliveries share. Lives on the background executor; its coroutines keep it alive past the bus, but then
// touch the store no more.
class Dispatch : public std::enable_shared_from_this<Dispatch> {
 public:
  Dispatch(runtime::Executor& executor, store::SqlStore& store, Options options, telemetry::Log log)
      : executor_(executor), options_(std::move(options)), log_(std::move(log)), events_(store) {}

  EventLog& events() { return events_; }

  void add(Subscription subscription) {
    KONTOR_ASSERT(!started_, "subscriptions are made before the bus starts");
    const bool known = std::any_of(deliveries_.begin(), deliveries_.end(), [&](const auto& delivery) {
      return delivery->subscription().group == subscription.group &&
             delivery->subscription().topic == subscription.topic;
    });
    KONTOR_ASSERT(!known, "a group subscribes to a topic once; its handler tells the types apart");
    deliveries_.push_back(std::make_shared<Delivery>(
        events_, executor_, std::move(subscription), Delivery::Limits{options_.parallel, options_.batch},
        [this] { scheduleSave(); }, log_));
  }

  void start() {
    KONTOR_ASSERT(!started_, "a bus starts once");
    started_ = true;
    executor_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->stopping_) return;
      self->live_ = true;
      for (const auto& delivery : self->deliveries_) self->executor_.spawnHere(begin(delivery));
    });
  }

  // Thread-safe.
  void touched(TouchedPartitions topics, std::int64_t count) {
    executor_.post([weak = weak_from_this(), held = std::move(topics), count] {
      const auto self = weak.lock();
      if (!self) return;
      self->unswept_ += count;
      if (!self->live_) return;  // subscriptions may still be made; each begins by looking for itself
      for (const auto& delivery : self->deliveries_) {
        const auto found = held.find(delivery->subscription().topic);
        if (found != held.end()) delivery->wake(found->second);
      }
    });
  }

  // Thread-safe; `done` is set when nothing runs any more and all positions are saved.
  void stop(runtime::OneShot<bool> done) { executor_.spawn(end(shared_from_this(), std::move(done))); }

 private:
  static task<void> begin(std::shared_ptr<Delivery> delivery) { co_await delivery->start(); }

  static task<void> end(std::shared_ptr<Dispatch> self, runtime::OneShot<bool> done) {
    self->stopping_ = true;
    for (const auto& delivery : self->deliveries_) co_await delivery->stop();
    self->executor_.cancel(std::exchange(self->save_timer_, 0));
    co_await self->save();
    done.setValue(true);
  }

  void scheduleSave() {
    if (save_timer_ != 0 || stopping_) return;
    save_timer_ = executor_.after(options_.save_every, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->save_timer_ = 0;
      self->executor_.spawnHere(saveAndSweep(self));
    });
  }

  static task<void> saveAndSweep(std::shared_ptr<Dispatch> self) {
    co_await self->save();
    if (self->unswept_ < kSweepEvery || self->stopping_) co_return;
    self->unswept_ = 0;
    try {
      co_await self->events_.sweep(self->options_.keep, kSweepMost);
    } catch (const std::exception& failure) {
      self->log_.error("old events could not be deleted; the next sweep tries again", failure);
    }
  }

  task<void> save() {
    std::vector<Position> moved;
    for (const auto& delivery : deliveries_) delivery->takeMoved(moved);
    if (moved.empty()) co_return;
    try {
      co_await events_.save(moved);
      co_return;
    } catch (const std::exception& failure) {
      log_.error("the groups' positions could not be saved; the bus tries again", failure);
    }
    for (const Position& position : moved)
      for (const auto& delivery : deliveries_)
        if (delivery->subscription().group == position.group && delivery->subscription().topic == position.topic)
          delivery->putBack(position);
    scheduleSave();
  }

  runtime::Executor& executor_;
  const Options options_;
  const telemetry::Log log_;
  EventLog events_;
  std::vector<std::shared_ptr<Delivery>> deliveries_;
  bool started_ = false;  // of the thread that subscribes; all below of the executor
  bool live_ = false;
  bool stopping_ = false;
  runtime::TimerId save_timer_ = 0;
  std::int64_t unswept_ = 0;  // events since the last sweep
};

class EmbeddedBus final : public Bus {
 public:
  EmbeddedBus(runtime::Environment& environment, std::unique_ptr<store::SqlStore> store, Options options,
              telemetry::Log log)
      : store_(std::move(store)),
        dispatch_(std::make_shared<Dispatch>(environment.background(), *store_, std::move(options), std::move(log))) {}

  task<void> publish(std::vector<store::StoredEvent> events) override {
    TouchedPartitions topics;
    for (const store::StoredEvent& stored : events)
      topics[stored.event.topic].set(static_cast<std::size_t>(partitionOf(stored.event.subject)));
    const auto count = static_cast<std::int64_t>(events.size());
    co_await dispatch_->events().append(std::move(events));
    dispatch_->touched(std::move(topics), count);
  }

  void subscribe(Subscription subscription) override { dispatch_->add(std::move(subscription)); }
  void start() override { dispatch_->start(); }

  task<void> stop() override {
    runtime::OneShot<bool> done;
    dispatch_->stop(done);
    co_await done;
  }

 private:
  std::unique_ptr<store::SqlStore> store_;
  std::shared_ptr<Dispatch> dispatch_;
};

}  // namespace

std::unique_ptr<Bus> open(runtime::Environment& environment, const security::Sealer& sealer, Options options,
                          const telemetry::Log& log) {
  store::sqlite::Options file;
  file.service = "bus";
  file.file = options.file;
  file.vfs = options.vfs;
  const std::vector<store::Migration> migrations = store::migrationsOf(kMigrations, "sqlite");
  auto store = store::sqlite::open(environment, sealer, std::move(file), migrations);
  return std::make_unique<EmbeddedBus>(environment, std::move(store), std::move(options), log.withService("bus"));
}

}  // namespace kontor::bus::embedded
