#include "chassis/base/assert.hpp"
#include "chassis/runtime/environment.hpp"
#include "services/order/answers.hpp"
#include "services/order/handlers.hpp"

namespace kontor::order {

struct Handlers::PayPlan {
  PayVerdict verdict;
  Checkout fresh;               // of kBegin
  std::optional<Checkout> old;  // of kBegin, kResume, kUndoFirst: its lease is ours
};

namespace {

using Kind = PayVerdict::Kind;

bool conflicted(const Error& error) { return error.reason() == "LEASE_LOST" || error.reason() == "UNIQUE_VIOLATION"; }

/// A failure of the same kind for the caller; a saga's own trouble is not the buyer's to understand.
[[noreturn]] void throwFailure(const Error& failure) {
  if (conflicted(failure)) throw paymentPending();
  throw failure;
}

Run runOf(rpc::Context context, Checkout checkout) {
  Run run;
  run.context = context.asService("order").withoutDeadline();
  run.facts.now = checkout.updated_at;
  run.checkout = std::move(checkout);
  return run;
}

Checkout stored(Checkout checkout) {
  checkout.stored_step = checkout.step;
  checkout.stored_epoch = checkout.epoch;
  return checkout;
}

}  // namespace

Checkout Handlers::newCheckout(const rpc::Context& context, const std::string& cart_id) const {
  Checkout checkout;
  checkout.id = parts_.environment.newId("chk_");
  checkout.cart_id = cart_id;
  checkout.cart_hash = parts_.orders.cartHash(cart_id);
  checkout.pay = parts_.orders.requestKey(context);
  const rpc::Principal& caller = context.principal();
  if (caller.kind == rpc::Principal::Kind::kCustomer) checkout.customer_id = caller.id;
  return checkout;
}

// The call's first transaction: reads all checkouts of the cart, judges, and writes what the judgement begins. An older
// checkout is given up in the same write, so that of two tabs one begins and the other finds it begun.
task<Handlers::PayPlan> Handlers::planPayment(rpc::Context context, std::string cart_id) {
  auto body = [this, fresh = newCheckout(context, cart_id)](store::Transaction& in) -> task<PayPlan> {
    const Rules& rules = parts_.saga.rules();
    std::vector<Checkout> known = co_await parts_.orders.checkoutsOfCart(in, fresh.cart_hash);
    PayPlan plan{judgePayment(known, fresh.pay, in.now()), fresh, std::nullopt};
    const Kind kind = plan.verdict.kind;
    const bool takes = kind == Kind::kBegin || kind == Kind::kResume || kind == Kind::kUndoFirst;
    if (takes && plan.verdict.subject) {
      Checkout old = *plan.verdict.subject;
      take(old, rules.owner, in.now(), rules.lease);
      if (kind == Kind::kBegin) {
        advance(old, Step::kReleasing);
        old.reason = kReplaced;
        plan.fresh.replaces = old.id;
      }
      old.updated_at = in.now();
      co_await parts_.orders.save(in, old);
      plan.old = stored(std::move(old));
    }
    if (kind == Kind::kBegin) {
      plan.fresh.expires_at = in.now() + rules.hold;
      plan.fresh.created_at = plan.fresh.updated_at = in.now();
      hold(plan.fresh, rules.owner, in.now(), rules.lease);
      co_await parts_.orders.insert(in, plan.fresh);
    }
    co_return plan;
  };
  PayPlan plan = co_await parts_.store.transact(context, std::move(body));
  co_return plan;
}

task<v1::PayResponse> Handlers::Pay(rpc::Context context, v1::PayRequest request) {
  const SteadyTime latest = latestOf(context);
  for (;;) {
    std::optional<PayPlan> plan;
    try {
      plan = co_await planPayment(context, request.cart_id());
    } catch (const Error& error) {
      if (!conflicted(error)) throw;
      throw paymentPending();  // another payment of this cart was quicker
    }
    switch (plan->verdict.kind) {
      case Kind::kBegin:
        co_return co_await beginPayment(std::move(context), std::move(*plan), std::move(request));
      case Kind::kResume:
        co_return co_await resumePayment(std::move(context), std::move(*plan->old));
      case Kind::kAnswer:
        co_return co_await answerPayment(std::move(context), std::move(*plan->verdict.subject));
      case Kind::kPending:
        throw paymentPending();
      case Kind::kInProgress:
        throw requestInProgress();
      case Kind::kClosed:
        throw cartClosed();
      case Kind::kKeyReused:
        throw keyReused();
      case Kind::kUndoFirst: {
        Run undone = co_await driveTaken(context, std::move(*plan->old), false);
        if (undone.checkout.step != Step::kFailed && undone.failure) throwFailure(*undone.failure);
        break;
      }
      case Kind::kWait: {
        const bool in_time = co_await waitFor(context, plan->verdict.subject->id, latest);
        if (!in_time) throw paymentPending();
        break;
      }
    }
  }
}

// The checkout is begun and its lease ours: drives it until there is an answer for the buyer.
task<v1::PayResponse> Handlers::beginPayment(rpc::Context context, PayPlan plan, v1::PayRequest request) {
  Run run = runOf(context, stored(std::move(plan.fresh)));
  run.facts.payer = true;
  run.provider = request.provider();
  run.token = request.token();
  if (plan.old) run.old = std::make_unique<Run>(runOf(context, std::move(*plan.old)));
  co_await parts_.saga.drive(run);
  if (run.failure) throwFailure(*run.failure);
  if (run.checkout.step == Step::kUnknown) parts_.bell.ring();
  co_return co_await answerPayment(std::move(context), std::move(run.checkout));
}

// The first call with this key died, or waited in vain: asks what became of the payment, and answers with that.
task<v1::PayResponse> Handlers::resumePayment(rpc::Context context, Checkout checkout) {
  Run run = co_await driveTaken(context, std::move(checkout), false);
  co_return co_await answerPayment(std::move(context), std::move(run.checkout));
}

// From the row as it stands now, or the kept first answer.
task<v1::PayResponse> Handlers::answerPayment(rpc::Context context, Checkout checkout) {
  v1::PayResponse response = payAnswer(checkout);
  if (checkout.payment != nullptr || !checkout.pay_answer.empty()) co_return response;
  // Nothing was heard of it yet; its own books know its id.
  payment::v1::GetPaymentRequest question;
  question.set_ref(checkout.id);
  rpc::Context inner = context.asService("order");
  try {
    *response.mutable_payment() =
        co_await parts_.neighbours.payments->GetPayment(std::move(inner), std::move(question));
  } catch (const Error&) {
    // The answer does without: what matters is that the outcome is unknown.
  }
  co_return response;
}

// Called by cart before it lets a buyer change what is being checked out.
task<v1::ReleaseCheckoutResponse> Handlers::ReleaseCheckout(rpc::Context context, v1::ReleaseCheckoutRequest request) {
  const SteadyTime latest = latestOf(context);
  for (;;) {
    auto body = [this, id = request.checkout_id()](store::Transaction& in) -> task<std::optional<Checkout>> {
      std::optional<Checkout> found = co_await parts_.orders.checkout(in, id);
      if (!found) throw notFound("checkout", id);
      const ReleaseVerdict verdict = judgeRelease(*found, in.now());
      if (verdict == ReleaseVerdict::kPending) throw paymentPending();
      if (verdict == ReleaseVerdict::kClosed) throw cartClosed();
      if (verdict != ReleaseVerdict::kRelease && verdict != ReleaseVerdict::kFinish) co_return found;
      take(*found, parts_.saga.rules().owner, in.now(), parts_.saga.rules().lease);
      if (verdict == ReleaseVerdict::kRelease) {
        advance(*found, Step::kReleasing);
        found->reason = kCartEdited;
      }
      found->updated_at = in.now();
      co_await parts_.orders.save(in, *found);
      co_return found;
    };
    std::optional<Checkout> found = co_await parts_.store.transact(context, std::move(body));
    if (found->step == Step::kFailed) co_return v1::ReleaseCheckoutResponse();
    if (found->epoch != found->stored_epoch) {
      Run run = co_await driveTaken(context, stored(std::move(*found)), false);
      if (run.checkout.step == Step::kFailed) co_return v1::ReleaseCheckoutResponse();
      if (run.failure) throwFailure(*run.failure);
      continue;
    }
    const bool in_time = co_await waitFor(context, found->id, latest);
    if (!in_time) throw paymentPending();
  }
}

}  // namespace kontor::order
