// What a delivery does because somebody asked for it: letters tried once more, replays.

#include <utility>

#include "chassis/bus/embedded/delivery.hpp"

namespace kontor::bus::embedded {
namespace {

// An event that is to have its effect again: the same but for its id, which is new to every inbox, and the same when a
// crash makes the replay come by here twice.
store::StoredEvent again(store::StoredEvent event, const std::string& replay) {
  event.id += "~" + replay;
  return event;
}

}  // namespace

void Delivery::add(std::size_t partition, Errand errand) {
  lanes_.at(partition).errands.push_back(std::move(errand));
  request(partition);
}

void Delivery::retry(const DeadLetter& letter) {
  add(static_cast<std::size_t>(partitionOf(letter.event.event.subject)), Retry{letter.event.id});
}

void Delivery::replay(ReplayRun run) {
  const auto partition = static_cast<std::size_t>(run.lane.partition);
  add(partition, Running{std::move(run), 0, false});
}

// True when there may be more to do. A failure of the store leaves the errand where it is.
task<bool> Delivery::runErrand(std::size_t partition) {
  Lane& lane = lanes_[partition];
  Errand& errand = lane.errands.front();
  if (auto* running = std::get_if<Running>(&errand)) {
    const bool ended = co_await replayBatch(partition, *running);
    if (!ended) co_return lane.pause == 0 && !stopping_;
    running->run.lane.done = true;
    lane.ended.push_back(std::move(running->run.lane));
    progress_();
  } else {
    co_await retryLetter(std::get<Retry>(errand).id);
  }
  lane.errands.pop_front();
  co_return true;
}

task<void> Delivery::retryLetter(std::string id) {
  const std::optional<DeadLetter> letter = co_await tables_.letters.find(subscription_.group, id);
  if (!letter || !letter->retrying) co_return;
  std::string reason = "the group does not ask for events of this type any more";
  if (interested(letter->event.event.type)) reason = co_await handle(letter->event);
  if (reason.empty()) {
    co_await tables_.letters.remove(subscription_.group, id);
  } else {
    co_await tables_.letters.failAgain(subscription_.group, id, std::move(reason));
  }
}

// True when the replay has come to its end in this partition.
task<bool> Delivery::replayBatch(std::size_t partition, Running& running) {
  ReplayLane& lane = running.run.lane;
  const std::vector<Entry> batch =
      co_await tables_.events.read(subscription_.topic, lane.partition, lane.entry, limits_.batch);
  for (const Entry& entry : batch) {
    if (entry.number > lane.last) co_return true;
    if (stopping_) co_return false;
    if (running.run.filter.admits(entry.event) && interested(entry.event.event.type)) {
      const bool afresh = running.run.mode == ReplayMode::kAgain;
      const store::StoredEvent event = afresh ? again(entry.event, lane.replay) : entry.event;
      const bool settled = co_await settle(partition, event, running.attempts, std::nullopt);
      if (!settled) co_return false;
      ++lane.delivered;
    }
    lane.entry = entry.number;
    running.moved = true;
    progress_();
  }
  co_return batch.size() < limits_.batch || lane.entry >= lane.last;
}

void Delivery::takeMoved(Progress& into) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (std::exchange(lane.moved, false))
      into.positions.push_back({subscription_.group, subscription_.topic, static_cast<int>(i), lane.position});
    for (Errand& errand : lane.errands) {
      auto* running = std::get_if<Running>(&errand);
      if (running != nullptr && std::exchange(running->moved, false)) into.replays.push_back(running->run.lane);
    }
    for (ReplayLane& ended : lane.ended) into.replays.push_back(std::move(ended));
    lane.ended.clear();
  }
}

void Delivery::putBack(const Progress& progress) {
  for (const Position& position : progress.positions)
    if (mine(position.group, position.topic)) lanes_.at(static_cast<std::size_t>(position.partition)).moved = true;
  for (const ReplayLane& replay : progress.replays) {
    if (!mine(replay.group, replay.topic)) continue;
    Lane& lane = lanes_.at(static_cast<std::size_t>(replay.partition));
    if (replay.done) lane.ended.push_back(replay);
    for (Errand& errand : lane.errands) {
      auto* running = std::get_if<Running>(&errand);
      if (running != nullptr && running->run.lane.replay == replay.replay) running->moved = true;
    }
  }
}

bool Delivery::mine(const std::string& group, const std::string& topic) const {
  return group == subscription_.group && topic == subscription_.topic;
}

}  // namespace kontor::bus::embedded
