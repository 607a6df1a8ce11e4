#include "chassis/bus/relay.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/bus/wakeup.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/store/event_rows.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::bus {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 256;
// The least time between two batches that are not full: under load a batch then carries many events, which cost less
// together, and the first event after a quiet time still goes at once.
constexpr Duration kBetweenBatches = 50ms;
constexpr Duration kLookEvery = 2s;
constexpr Duration kFirstPause = 100ms;
constexpr Duration kLongestPause = 5s;

std::string unpublishedSql() {
  return "SELECT position, " + std::string(store::kEventColumns) + " FROM outbox ORDER BY position LIMIT $1";
}
constexpr std::string_view kPublished = "DELETE FROM outbox WHERE position BETWEEN $1 AND $2";

// Positions without gaps: nobody else's row can lie between the ends.
struct Run {
  std::int64_t first;
  std::int64_t last;
};

std::vector<Run> runsOf(const std::vector<std::int64_t>& positions) {
  std::vector<Run> runs;
  for (const std::int64_t position : positions) {
    if (runs.empty() || runs.back().last + 1 != position) runs.push_back({position, position});
    runs.back().last = position;
  }
  return runs;
}

}  // namespace

struct Relay::State {
  State(runtime::Environment& environment, store::SqlStore& from, Bus& to, const telemetry::Log* failures)
      : executor(environment.background()), source(from), target(to), wakeup(executor) {
    if (failures != nullptr) log = *failures;
  }

  static task<void> run(std::shared_ptr<State> self) {
    Duration pause = kFirstPause;
    while (!self->stopping) {
      const std::optional<std::size_t> sent = co_await self->trySend();
      if (!sent) {
        co_await self->hold(pause);
        pause = std::min(pause * 2, kLongestPause);
        continue;
      }
      pause = kFirstPause;
      if (*sent == kBatch) continue;
      if (*sent > 0) co_await runtime::sleep(kBetweenBatches);  // rings are heard after it
      if (!self->stopping) co_await self->wakeup.wait(kLookEvery);
    }
    self->stopped.setValue(true);
  }

  // The number of events that were sent; nothing when the store or the bus failed.
  task<std::optional<std::size_t>> trySend() {
    try {
      co_return co_await send();
    } catch (const std::exception& failure) {
      if (log) log->error("the outbox could not be sent; the relay tries again", failure);
    }
    co_return std::nullopt;
  }

  task<std::size_t> send() {
    const store::Rows rows = co_await source.query(unpublished, store::params(static_cast<std::int64_t>(kBatch)));
    if (rows.empty()) co_return 0;
    std::vector<std::int64_t> positions;
    std::vector<store::StoredEvent> events;
    for (const store::Row& row : rows) {
      positions.push_back(row.int64(0));
      events.push_back(store::eventOf(row, 1));
    }
    co_await target.publish(std::move(events));
    // A crash between the two publishes them again: at least once.
    const std::vector<Run> sent = runsOf(positions);
    co_await source.transact(rpc::Context(), [&sent](store::Transaction& tx) -> task<void> {
      for (const Run& run : sent) co_await tx.execute(kPublished, store::params(run.first, run.last));
    });
    co_return rows.size();
  }

  // Waits the whole span, whatever rings, unless the relay is to stop.
  task<void> hold(Duration span) {
    const SteadyTime end = executor.now() + span;
    while (!stopping && executor.now() < end) co_await wakeup.wait(std::chrono::ceil<Duration>(end - executor.now()));
  }

  runtime::Executor& executor;
  store::SqlStore& source;
  Bus& target;
  std::optional<telemetry::Log> log;
  const std::string unpublished = unpublishedSql();
  Wakeup wakeup;
  std::atomic<bool> stopping = false;
  bool started = false;
  runtime::OneShot<bool> stopped;
};

Relay::Relay(runtime::Environment& environment, store::SqlStore& store, Bus& bus, const telemetry::Log* log)
    : state_(std::make_shared<State>(environment, store, bus, log)) {
  store.onEmit([wakeup = state_->wakeup] { wakeup.ring(); });
}

Relay::~Relay() = default;

void Relay::start() {
  KONTOR_ASSERT(!state_->started, "a relay starts once");
  state_->started = true;
  state_->executor.spawn(State::run(state_));
}

task<void> Relay::stop() {
  const std::shared_ptr<State> state = state_;
  if (!state->started) co_return;
  state->stopping = true;
  state->wakeup.ring();
  const auto stopped = state->stopped;  // named: see Periodic::stop
  co_await stopped;
}

}  // namespace kontor::bus
