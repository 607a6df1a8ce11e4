#include "services/order/saga.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::order {

Saga::Saga(runtime::Environment& environment, store::SqlStore& store, const OrderStore& orders, Neighbours neighbours,
           Rules rules)
    : environment_(environment),
      store_(store),
      orders_(orders),
      neighbours_(std::move(neighbours)),
      rules_(std::move(rules)) {}

// The one loop that every checkout goes through, whoever drives it. Errors end the drive, not the checkout: its row
// says where the next drive goes on.
task<void> Saga::drive(Run& run) {
  const Runs::Seat seat = runs_.begin(run.checkout.id);
  std::optional<Error> trouble;
  try {
    co_await driveOn(run);
  } catch (const Error& error) {
    trouble = error;
  } catch (const std::exception& bug) {
    trouble = Error(Code::kInternal, bug.what());
  }
  if (trouble) {
    if (!run.failure) run.failure = trouble;
    if (trouble->reason() != "LEASE_LOST") co_await postpone(run);
  }
  // Whatever became of the new checkout, the old one is brought to its end: its hold was taken over, or is freed now.
  if (run.old == nullptr) co_return;
  co_await drive(*run.old);
}

// Decide, act, decide again. Acts change the row in memory and the facts; what must survive a crash is written by the
// act itself before it calls anybody.
task<void> Saga::driveOn(Run& run) {
  bool written = false;  // the row says all that is known and is parked
  for (;;) {
    const Action action = next(run.checkout, run.facts);
    if (action == Action::kPark && written) co_return;
    const std::int64_t epoch_before = run.checkout.stored_epoch;
    KONTOR_ASSERT(run.checkout.epoch == epoch_before, "a drive holds its lease from the write that began it");
    co_await perform(run, action);
    written = run.checkout.lease_until == Time{};
  }
}

// Not a coroutine itself: hands out the task of the act, so that a step costs no extra frame.
task<void> Saga::perform(Run& run, Action action) {
  switch (action) {
    case Action::kPark:
      return parkRow(run);
    case Action::kClearOld:
      return clearOld(run);
    case Action::kLock:
      return lockCart(run);
    case Action::kReserve:
      return reserve(run);
    case Action::kAuthorize:
      return authorize(run);
    case Action::kAsk:
      return ask(run);
    case Action::kCallOff:
      return callOff(run);
    case Action::kBeginCompleting:
      return complete(run);
    case Action::kCommit:
      return run.facts.closed ? commit(run) : commitAndClose(run);
    case Action::kReserveAgain:
      return reserveAgain(run);
    case Action::kConfirm:
      return confirm(run);
    case Action::kGiveUpOrder:
      return giveUpOrder(run);
    case Action::kClose:
      return closeCart(run);
    case Action::kFinish:
      return finish(run);
    default:
      return performUndo(run, action);
  }
}

task<void> Saga::performUndo(Run& run, Action action) {
  switch (action) {
    case Action::kRelease:
      return release(run);
    case Action::kVoid:
      return returnMoney(run);
    case Action::kFree:
      return freeStock(run);
    case Action::kReopen:
      return reopenCart(run);
    case Action::kFail:
      return fail(run);
    case Action::kCancelOrder:
      return cancelAsWished(run);
    case Action::kNoteReturned:
      return noteReturned(run);
    case Action::kLookAtLate:
      return lookAtLate(run);
    default:
      break;
  }
  KONTOR_ASSERT(false, "every action has its method");
  return parkRow(run);
}

// One fenced write. Its body may be run again from the start, so it works on copies; `also` adds what belongs into the
// same transaction. Whether the lease is kept follows from what is next, which saves a write of its own at every end.
task<void> Saga::write(Run& run, Also also) {
  auto draft = std::make_shared<const Draft>(Draft{run.checkout, run.order});
  auto body = [this, draft, facts = run.facts, also = std::move(also)](store::Transaction& in) -> task<Draft> {
    Draft mine = *draft;
    Facts known = facts;
    known.now = in.now();
    if (also) {
      task<void> work = also(in, mine);
      co_await work;
    }
    Checkout& row = mine.checkout;
    if (next(row, known) == Action::kPark) {
      park(row, known.now);
    } else {
      hold(row, rules_.owner, known.now, rules_.lease);
    }
    row.updated_at = known.now;
    co_await orders_.save(in, row);
    co_return mine;
  };
  Draft saved = co_await store_.transact(run.context, std::move(body));
  run.checkout = std::move(saved.checkout);
  run.checkout.stored_step = run.checkout.step;
  run.checkout.stored_epoch = run.checkout.epoch;
  run.checkout.unkept = {};
  run.order = std::move(saved.order);
  run.facts.now = run.checkout.updated_at;
}

// Nothing to do now: writes what was learned, and when to look again.
task<void> Saga::parkRow(Run& run) {
  const bool unsettled = run.checkout.step == Step::kAuthorizing || run.checkout.step == Step::kUnknown;
  if (unsettled && run.facts.action_needed) {
    advance(run.checkout, Step::kRequiresAction);
  } else if (run.checkout.step == Step::kAuthorizing) {
    advance(run.checkout, Step::kUnknown);
  }
  co_await write(run, nullptr);
}

// A call failed: gives the lease back, so that the driver tries again after a while. If that fails too, the lease runs
// out by itself.
task<void> Saga::postpone(Run& run) {
  auto body = [this, checkout = run.checkout](store::Transaction& in) -> task<void> {
    std::optional<Checkout> row = co_await orders_.checkout(in, checkout.id);
    if (!row || row->epoch != checkout.stored_epoch) co_return;
    row->tries = checkout.tries + 1;
    row->lease_until = Time{};
    row->wake_at = in.now() + backoff(checkout.tries);
    co_await orders_.save(in, *row);
  };
  try {
    co_await store_.transact(run.context, std::move(body));
  } catch (const Error&) {
    // The store is away or the row was taken over: in both cases the row's own wake-up time has to do.
  }
}

// Calls are bounded by our own limits, not by the client's deadline: a drive that has begun goes on when its caller has
// given up waiting, and the answer is found by the caller's repeat.
rpc::Context Saga::callContext(const Run& run, Duration limit) const {
  return run.context.withDeadline(runtime::Executor::current().now() + limit);
}

}  // namespace kontor::order
