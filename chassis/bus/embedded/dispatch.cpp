#include "chassis/bus/embedded/dispatch.hpp"

#include <algorithm>
#include <utility>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"

namespace kontor::bus::embedded {
namespace {

using namespace std::chrono_literals;

// Deletions come in step with publications: twice as many at most, so they keep up and no transaction is long.
constexpr std::int64_t kSweepEvery = 500;
constexpr std::int64_t kSweepMost = 1000;
// Events grow too old also while nothing is published.
constexpr Duration kSweepAtLeastEvery = 60s;
constexpr std::size_t kWaitersMost = 64;

}  // namespace

Dispatch::Dispatch(runtime::Executor& executor, const runtime::Clock& clock, store::SqlStore& store, Options options,
                   telemetry::Log log)
    : executor_(executor),
      clock_(clock),
      options_(std::move(options)),
      log_(std::move(log)),
      events_(store),
      letters_(store),
      replays_(store) {}

void Dispatch::add(Subscription subscription) {
  KONTOR_ASSERT(!started_, "subscriptions are made before the bus starts");
  const bool known = std::any_of(deliveries_.begin(), deliveries_.end(), [&](const auto& delivery) {
    return delivery->subscription().group == subscription.group && delivery->subscription().topic == subscription.topic;
  });
  KONTOR_ASSERT(!known, "a group subscribes to a topic once; its handler tells the types apart");
  deliveries_.push_back(std::make_shared<Delivery>(
      Tables{events_, letters_, replays_}, executor_, std::move(subscription),
      Delivery::Limits{options_.parallel, options_.batch}, [this] { scheduleSave(); }, log_));
}

void Dispatch::start() {
  KONTOR_ASSERT(!started_, "a bus starts once");
  started_ = true;
  executor_.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->stopping_) return;
    self->live_ = true;
    self->scheduleSweep();
    for (const auto& delivery : self->deliveries_) self->begin(delivery->start());
  });
}

void Dispatch::touched(TouchedPartitions topics, std::int64_t count) {
  executor_.post([weak = weak_from_this(), held = std::move(topics), count] {
    const auto self = weak.lock();
    if (!self) return;
    self->unswept_ += count;
    ++self->news_;
    self->releaseWaiters();
    if (!self->live_) return;  // subscriptions may still be made; each begins by looking for itself
    for (const auto& delivery : self->deliveries_) {
      const auto found = held.find(delivery->subscription().topic);
      if (found != held.end()) delivery->wake(found->second);
    }
  });
}

void Dispatch::begin(task<void> work) { executor_.spawnHere(finish(shared_from_this(), std::move(work))); }

task<void> Dispatch::finish(std::shared_ptr<Dispatch> self, task<void> work) {
  ++self->running_;
  co_await work;
  if (--self->running_ == 0 && self->stopping_) self->quiet_.setValue(true);
}

task<void> Dispatch::end(std::shared_ptr<Dispatch> self, runtime::OneShot<bool> done) {
  self->stopping_ = true;
  self->endWaiting();
  for (const auto& delivery : self->deliveries_) co_await delivery->stop();
  self->executor_.cancel(std::exchange(self->save_timer_, 0));
  self->executor_.cancel(std::exchange(self->sweep_timer_, 0));
  const runtime::OneShot<bool> quiet = self->quiet_;
  if (self->running_ > 0) co_await quiet;
  co_await self->save();
  done.setValue(true);
}

// --- saving and sweeping --------------------------------------------------------------------------------------------

void Dispatch::scheduleSave() {
  if (save_timer_ != 0 || stopping_) return;
  save_timer_ = executor_.after(options_.save_every, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->save_timer_ = 0;
    self->begin(self->saveAndSweep());
  });
}

void Dispatch::scheduleSweep() {
  if (stopping_) return;
  sweep_timer_ = executor_.after(kSweepAtLeastEvery, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->stopping_) return;
    self->unswept_ = kSweepEvery;
    self->begin(self->saveAndSweep());
    self->scheduleSweep();
  });
}

task<void> Dispatch::saveAndSweep() {
  co_await save();
  if (unswept_ < kSweepEvery || stopping_) co_return;
  unswept_ = 0;
  co_await sweep();
}

task<void> Dispatch::sweep() {
  try {
    const Retention retention{options_.keep, clock_.now() - options_.keep_for};
    swept_up_to_ = co_await events_.sweep(retention, swept_up_to_, kSweepMost);
  } catch (const std::exception& failure) {
    log_.error("old events could not be deleted; the next sweep tries again", failure);
  }
}

task<void> Dispatch::save() {
  Progress moved;
  for (const auto& delivery : deliveries_) delivery->takeMoved(moved);
  if (moved.empty()) co_return;
  try {
    if (!moved.positions.empty()) co_await events_.save(moved.positions);
    if (!moved.replays.empty()) co_await replays_.save(moved.replays);
    co_return;
  } catch (const std::exception& failure) {
    log_.error("the groups' positions could not be saved; the bus tries again", failure);
  }
  for (const auto& delivery : deliveries_) delivery->putBack(moved);
  scheduleSave();
}

// --- waiting for news -----------------------------------------------------------------------------------------------

task<bool> Dispatch::awaitNews(std::int64_t seen, Duration longest) {
  if (news_ != seen || waiting_ended_) co_return !waiting_ended_;
  if (waiters_.size() >= kWaitersMost) {
    throw Error(Code::kResourceExhausted, "TOO_MANY_FOLLOWERS",
                std::to_string(kWaitersMost) + " callers wait for events already; ask without waiting");
  }
  const auto waiter = waiters_.emplace(waiters_.end());
  runtime::OneShot<bool> shot = waiter->shot;
  waiter->timer = executor_.after(longest, [weak = weak_from_this(), waiter] {
    const auto self = weak.lock();
    if (!self) return;
    waiter->shot.setValue(true);
    self->waiters_.erase(waiter);
  });
  const bool heard = co_await shot;
  co_return heard;
}

void Dispatch::releaseWaiters() {
  for (Waiter& waiter : waiters_) {
    executor_.cancel(waiter.timer);
    waiter.shot.setValue(!waiting_ended_);
  }
  waiters_.clear();
}

void Dispatch::endWaiting() {
  waiting_ended_ = true;
  releaseWaiters();
}

// --- what operators ask for -----------------------------------------------------------------------------------------

std::vector<std::shared_ptr<Delivery>> Dispatch::meant(const ReplayRequest& request) const {
  std::vector<std::shared_ptr<Delivery>> found;
  std::string known;
  bool group_known = request.group.empty();
  for (const auto& delivery : deliveries_) {
    const Subscription& subscription = delivery->subscription();
    if (known.find(subscription.group) == std::string::npos) known += (known.empty() ? "" : ", ") + subscription.group;
    if (!request.group.empty() && subscription.group != request.group) continue;
    group_known = true;
    if (!request.filter.topic.empty() && subscription.topic != request.filter.topic) continue;
    if (!delivery->joined()) throw Error(Code::kUnavailable, "the bus has only just started; try again in a moment");
    found.push_back(delivery);
  }
  if (group_known) return found;
  throw Error(Code::kNotFound, "UNKNOWN_GROUP",
              "nobody listens as group \"" + request.group + "\"; the groups are: " + known);
}

task<Replay> Dispatch::replay(ReplayRequest request) {
  if (request.mode == ReplayMode::kAgain && request.group.empty()) {
    throw Error(Code::kInvalidArgument, "GROUP_REQUIRED",
                "name the group whose effects are to happen again: for all groups at once there is only redelivery");
  }
  std::vector<ReplayRun> runs;
  std::vector<ReplayLane> lanes;
  const std::vector<std::shared_ptr<Delivery>> deliveries = meant(request);
  for (const auto& delivery : deliveries) {
    for (std::size_t i = 0; i < std::size_t{kPartitions}; ++i) {
      const auto partition = static_cast<int>(i);
      if (!request.filter.subject.empty() && partition != partitionOf(request.filter.subject)) continue;
      const std::int64_t last = std::min(delivery->position(i), request.last.value_or(delivery->position(i)));
      const std::int64_t before = std::max<std::int64_t>(request.first - 1, 0);
      if (last <= before) continue;
      const Subscription& subscription = delivery->subscription();
      lanes.push_back({request.id, subscription.group, subscription.topic, partition, before, last, 0, false});
      runs.push_back({lanes.back(), request.mode, request.filter});
    }
  }
  const bool fresh = co_await replays_.begin(request, std::move(lanes));
  for (ReplayRun& run : runs) {
    if (!fresh) break;
    for (const auto& delivery : deliveries) {
      const Subscription& subscription = delivery->subscription();
      if (subscription.group == run.lane.group && subscription.topic == run.lane.topic) {
        delivery->replay(std::move(run));
        break;
      }
    }
  }
  std::optional<Replay> kept = co_await replays_.find(request.id);
  KONTOR_ASSERT(kept, "a replay that was just kept is there");
  co_return std::move(*kept);
}

task<std::optional<DeadLetter>> Dispatch::retry(std::string group, std::string id) {
  std::optional<DeadLetter> letter = co_await letters_.retry(group, id);
  if (!letter) co_return letter;
  for (const auto& delivery : deliveries_) {
    const Subscription& subscription = delivery->subscription();
    if (subscription.group == group && subscription.topic == letter->event.event.topic) delivery->retry(*letter);
  }
  co_return letter;
}

}  // namespace kontor::bus::embedded
