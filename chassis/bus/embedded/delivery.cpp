#include "chassis/bus/embedded/delivery.hpp"

#include <algorithm>
#include <utility>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::bus::embedded {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPause = 100ms;
constexpr Duration kLongestPause = 5s;
constexpr Duration kStorePause = 1s;

Duration pauseAfter(int attempts) {
  Duration pause = kFirstPause;
  for (int i = 1; i < attempts && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

}  // namespace

Delivery::Delivery(Tables tables, runtime::Executor& executor, Subscription subscription, Limits limits,
                   std::function<void()> progress, telemetry::Log log)
    : tables_(tables),
      executor_(executor),
      subscription_(std::move(subscription)),
      limits_(limits),
      progress_(std::move(progress)),
      log_(std::move(log)) {
  KONTOR_ASSERT(limits_.parallel > 0 && limits_.batch > 0, "a bus delivers at least one event at a time");
  KONTOR_ASSERT(subscription_.tries > 0 && subscription_.handler, "a subscription has a handler and tries it");
}

task<void> Delivery::start() {
  while (!joined_ && !stopping_) {
    bool failed = false;
    try {
      co_await join();
    } catch (const std::exception& failure) {
      log_.error("a group could not join its topic; it tries again", failure, {{"kontor.group", subscription_.group}});
      failed = true;
    }
    if (failed) co_await runtime::sleep(kStorePause);
  }
  wake(PartitionSet().set());
}

task<void> Delivery::join() {
  const Positions positions = co_await tables_.events.join(subscription_.group, subscription_.topic);
  const std::vector<DeadLetter> letters = co_await tables_.letters.marked(subscription_.group, subscription_.topic);
  std::vector<ReplayRun> runs = co_await tables_.replays.unfinished(subscription_.group, subscription_.topic);
  for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i].position = positions[i];
  for (const DeadLetter& letter : letters) retry(letter);
  for (ReplayRun& run : runs) replay(std::move(run));
  joined_ = true;
}

void Delivery::wake(PartitionSet partitions) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (partitions[i]) request(i);
}

void Delivery::request(std::size_t partition) {
  Lane& lane = lanes_[partition];
  lane.wanted = true;
  if (!joined_ || stopping_ || lane.busy || lane.pause != 0) return;
  lane.busy = true;
  waiting_.push_back(partition);
  fillPlaces();
}

void Delivery::fillPlaces() {
  while (running_ < limits_.parallel && !waiting_.empty()) {
    const std::size_t partition = waiting_.front();
    waiting_.pop_front();
    ++running_;
    executor_.spawn(runLane(shared_from_this(), partition));
  }
}

task<void> Delivery::runLane(std::shared_ptr<Delivery> self, std::size_t partition) {
  self->lanes_[partition].wanted = false;
  bool more = false;
  bool failed = false;
  try {
    task<bool> work =
        self->lanes_[partition].errands.empty() ? self->deliverBatch(partition) : self->runErrand(partition);
    more = co_await work;
  } catch (const std::exception& failure) {
    self->log_.error("events could not be read; the bus tries again", failure,
                     {{"kontor.group", self->subscription_.group}, {"kontor.topic", self->subscription_.topic}});
    failed = true;
  }
  if (failed) self->pauseLane(partition, kStorePause);
  self->leavePlace(partition, more);
}

// True when there may be more behind the batch.
task<bool> Delivery::deliverBatch(std::size_t partition) {
  const auto number = static_cast<int>(partition);
  Lane& lane = lanes_[partition];
  const std::vector<Entry> batch =
      co_await tables_.events.read(subscription_.topic, number, lane.position, limits_.batch);
  for (const Entry& entry : batch) {
    if (stopping_) co_return false;
    if (interested(entry.event.event.type)) {
      const bool settled = co_await settle(partition, entry.event, lane.attempts, entry.number);
      if (!settled) co_return false;
    }
    lane.position = entry.number;
    lane.moved = true;
    progress_();
    if (!lane.errands.empty()) co_return true;
  }
  co_return batch.size() == limits_.batch;
}

// True when the group is done with the event: it was handled, or set aside. Else the lane pauses and tries again.
task<bool> Delivery::settle(std::size_t partition, const store::StoredEvent& event, int& attempts,
                            std::optional<std::int64_t> done) {
  std::string reason = co_await handle(event);
  bool settled = reason.empty();
  if (!settled) ++attempts;
  if (!settled && attempts >= subscription_.tries)
    settled = co_await setAside(partition, event, std::move(reason), attempts, done);
  if (settled) {
    attempts = 0;
  } else {
    pauseLane(partition, pauseAfter(attempts));
  }
  co_return settled;
}

// Why the handler failed; empty when it did not.
task<std::string> Delivery::handle(const store::StoredEvent& event) {
  std::string reason;
  try {
    task<void> work = subscription_.handler(event);
    co_await work;
    co_return reason;
  } catch (const Error& error) {
    reason = error.reason() + ": " + error.message();
  } catch (const std::exception& failure) {
    reason = failure.what();
  } catch (...) {
    reason = "an exception of an unknown kind";
  }
  if (reason.empty()) reason = "a failure without words";
  co_return reason;
}

task<bool> Delivery::setAside(std::size_t partition, const store::StoredEvent& event, std::string reason, int attempts,
                              std::optional<std::int64_t> done) {
  log_.error("an event is set aside as a dead letter", {{"kontor.group", subscription_.group},
                                                        {"event.id", event.id},
                                                        {"event.action", event.event.type},
                                                        {"event.reason", reason}});
  DeadLetter letter;
  letter.group = subscription_.group;
  letter.event = event;
  letter.reason = std::move(reason);
  letter.attempts = attempts;
  std::optional<Position> moved;
  if (done) moved = Position{subscription_.group, subscription_.topic, static_cast<int>(partition), *done};
  try {
    co_await tables_.letters.add(std::move(letter), std::move(moved));
    co_return true;
  } catch (const std::exception& failure) {
    log_.error("a dead letter could not be kept; its event is tried again", failure, {{"event.id", event.id}});
  }
  co_return false;
}

void Delivery::pauseLane(std::size_t partition, Duration span) {
  if (stopping_) return;
  lanes_[partition].pause = executor_.after(span, [weak = weak_from_this(), partition] {
    const auto self = weak.lock();
    if (!self) return;
    self->lanes_[partition].pause = 0;
    self->request(partition);
  });
}

void Delivery::leavePlace(std::size_t partition, bool more) {
  Lane& lane = lanes_[partition];
  lane.busy = false;
  --running_;
  if (stopping_) {
    if (running_ == 0) quiet_.setValue(true);
    return;
  }
  if (more || lane.wanted) request(partition);
  fillPlaces();
}

bool Delivery::interested(const std::string& type) const {
  const auto& types = subscription_.types;
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

task<void> Delivery::stop() {
  stopping_ = true;
  waiting_.clear();
  for (Lane& lane : lanes_) executor_.cancel(std::exchange(lane.pause, 0));
  if (running_ > 0) co_await quiet_;
}

}  // namespace kontor::bus::embedded
