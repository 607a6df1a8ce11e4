#include "services/order/driver.hpp"

#include <algorithm>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::order {
namespace {

// A claim that found nothing although something was due (another replica, another clock) is not repeated at once.
constexpr Duration kShortestPause = std::chrono::milliseconds(10);

}  // namespace

struct Driver::State {
  runtime::Environment& environment;
  store::SqlStore& store;
  const OrderStore& orders;
  Saga& saga;
  Shipping& shipping;
  Bell bell;
  const telemetry::Log& log;
  Options options;
  std::int64_t running = 0;  // touched on the background executor only, as all below
  bool looping = false;
  bool stopping = false;
};

namespace {

// One claimed checkout to where it can go now; ends by making room for the next.
template <class State>
task<void> driveOne(std::shared_ptr<State> state, Checkout checkout) {
  Run run;
  run.facts.now = checkout.updated_at;
  run.facts.nudged = checkout.nudges > checkout.nudges_seen;
  run.context = rpc::Context::forService("order");
  run.checkout = std::move(checkout);
  run.facts.now = run.checkout.lease_until - state->saga.rules().lease;  // the moment of the claim, by the store
  const std::string id = run.checkout.id;
  co_await state->saga.drive(run);
  // A refusal is how many drives are meant to end; only what stands in the way of an end is news.
  const bool stuck = run.failure && run.checkout.step != Step::kFailed && run.facts.refusal.empty();
  if (stuck)
    state->log.error("a checkout could not be driven on and will be tried again", *run.failure, {{"checkout.id", id}});
  --state->running;
  state->bell.ring();
}

// The same for a parcel that still owes stock or money.
template <class State>
task<void> settleOne(std::shared_ptr<State> state, Fulfilment parcel) {
  const std::string id = parcel.shown.id();
  const std::optional<Error> trouble = co_await state->shipping.drive(std::move(parcel));
  if (trouble)
    state->log.error("a shipped parcel could not be settled and will be tried again", *trouble,
                     {{"fulfilment.id", id}});
  --state->running;
  state->bell.ring();
}

struct Claimed {
  std::vector<Checkout> checkouts;
  std::vector<Fulfilment> parcels;
};

// Takes leases in one transaction and begins the drives; how many.
template <class State>
task<std::size_t> claim(std::shared_ptr<State> state, std::int64_t most) {
  auto body = [state, most](store::Transaction& in) -> task<Claimed> {
    const Rules& rules = state->saga.rules();
    Claimed due;
    due.checkouts = co_await state->orders.claimDue(in, rules.owner, rules.lease, most);
    const std::int64_t left = most - static_cast<std::int64_t>(due.checkouts.size());
    if (left > 0) due.parcels = co_await FulfilmentStore::claimDue(in, rules.owner, rules.lease, left);
    co_return due;
  };
  Claimed due = co_await state->store.transact(rpc::Context::forService("order"), std::move(body));
  for (Checkout& checkout : due.checkouts) {
    ++state->running;
    runtime::Executor::current().spawnHere(driveOne(state, std::move(checkout)));
  }
  for (Fulfilment& parcel : due.parcels) {
    ++state->running;
    runtime::Executor::current().spawnHere(settleOne(state, std::move(parcel)));
  }
  co_return due.checkouts.size() + due.parcels.size();
}

/// How long nothing can become due, at most `poll`.
template <class State>
task<Duration> quietFor(std::shared_ptr<State> state) {
  auto body = [state](store::Statements& in) -> task<std::optional<Time>> {
    const std::optional<Time> checkout = co_await state->orders.nextDue(in);
    const std::optional<Time> parcel = co_await FulfilmentStore::nextDue(in);
    if (!checkout || !parcel) co_return checkout ? checkout : parcel;
    co_return std::min(*checkout, *parcel);
  };
  const std::optional<Time> due = co_await state->store.snapshot(std::move(body));
  if (!due) co_return state->options.poll;
  const Duration left = *due - state->environment.clock().now();
  co_return std::clamp(left, Duration(0), state->options.poll);
}

// Looks before it claims: reading the next due time costs no write, and mostly nothing is due.
template <class State>
task<void> turn(std::shared_ptr<State> state) {
  const std::int64_t room = state->options.concurrency - state->running;
  if (room <= 0) {
    co_await state->bell.wait(state->options.poll);
    co_return;
  }
  Duration quiet = co_await quietFor(state);
  if (quiet == Duration(0)) {
    const std::size_t claimed = co_await claim(state, room);
    if (claimed > 0) co_return;
    quiet = kShortestPause;
  }
  co_await state->bell.wait(quiet);
}

// A store that is away does not end the loop: sagas wait for it, and so does the driver.
template <class State>
task<void> loop(std::shared_ptr<State> state) {
  while (!state->stopping) {
    bool failed = false;
    try {
      co_await turn(state);
    } catch (const Error& error) {
      state->log.error("checkouts that are due could not be read", error);
      failed = true;
    }
    if (failed) co_await state->bell.wait(state->options.poll);
  }
  state->looping = false;
  state->bell.ring();
}

}  // namespace

Driver::Driver(runtime::Environment& environment, store::SqlStore& store, const OrderStore& orders, Saga& saga,
               Shipping& shipping, Bell bell, const telemetry::Log& log, Options options)
    : state_(
          std::make_shared<State>(State{environment, store, orders, saga, shipping, std::move(bell), log, options})) {}

Driver::~Driver() = default;

task<void> Driver::start() {
  auto body = [state = state_](store::Transaction& in) -> task<void> {
    const Rules& rules = state->saga.rules();
    co_await state->orders.freeLeases(in, rules.instance, rules.owner);
    co_await FulfilmentStore::freeLeases(in, rules.instance, rules.owner);
  };
  co_await state_->store.transact(rpc::Context::forService("order"), std::move(body));
  state_->looping = true;
  state_->environment.background().spawn(loop(state_));
}

task<void> Driver::stop() {
  state_->stopping = true;
  state_->bell.ring();
  while (state_->looping || state_->running > 0) co_await runtime::sleep(kShortestPause);
}

}  // namespace kontor::order
