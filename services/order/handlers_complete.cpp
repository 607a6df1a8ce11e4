#include "chassis/base/assert.hpp"
#include "chassis/runtime/environment.hpp"
#include "services/order/answers.hpp"
#include "services/order/handlers.hpp"

namespace kontor::order {

struct Handlers::CompletePlan {
  CompleteVerdict verdict;
  Draft draft;  // of kComplete, kAskFirst, kAwait, kResume: as the transaction has left it
};

namespace {

using Kind = CompleteVerdict::Kind;

/// Ids for the order that this call may make, drawn before the transaction, which may be run twice.
struct Fresh {
  std::string order_id;
  std::string token;
  RequestKey key;
  std::string cart_hash;
};

void setStored(Checkout& checkout) {
  checkout.stored_step = checkout.step;
  checkout.stored_epoch = checkout.epoch;
}

}  // namespace

// Judges and, when the checkout is authorised, makes the order in the same transaction: one commit between the buyer's
// wish and an order that cannot be lost.
task<Handlers::CompletePlan> Handlers::planCompletion(rpc::Context context, std::string cart_id) {
  Fresh ids{parts_.environment.newId("order_"), parts_.environment.newSecret(""), parts_.orders.requestKey(context),
            parts_.orders.cartHash(cart_id)};
  auto body = [this, ids](store::Transaction& in) -> task<CompletePlan> {
    const Rules& rules = parts_.saga.rules();
    const std::vector<Checkout> known = co_await parts_.orders.checkoutsOfCart(in, ids.cart_hash);
    CompletePlan plan{judgeCompletion(known, ids.key, in.now()), {}};
    if (!plan.verdict.subject) co_return plan;
    Draft& draft = plan.draft;
    draft.checkout = *plan.verdict.subject;
    Checkout& row = draft.checkout;
    row.updated_at = in.now();
    switch (plan.verdict.kind) {
      case Kind::kComplete:
        take(row, rules.owner, in.now(), rules.lease);
        row.complete = ids.key;
        co_await parts_.saga.beginCompleting(in, draft, ids.order_id, ids.token, "customer");
        co_await parts_.orders.save(in, row);
        break;
      case Kind::kAskFirst:
      case Kind::kResume:
        take(row, rules.owner, in.now(), rules.lease);
        if (row.complete.hash.empty()) row.complete = ids.key;
        co_await parts_.orders.save(in, row);
        break;
      case Kind::kAwait:
        row.complete = ids.key;
        co_await parts_.saga.placeAwaiting(in, draft, ids.order_id, ids.token);
        break;
      default:
        break;
    }
    setStored(row);
    co_return plan;
  };
  CompletePlan plan = co_await parts_.store.transact(context, std::move(body));
  co_return plan;
}

task<v1::CompleteResponse> Handlers::Complete(rpc::Context context, v1::CompleteRequest request) {
  const SteadyTime latest = latestOf(context);
  for (;;) {
    std::optional<CompletePlan> plan;
    try {
      plan = co_await planCompletion(context, request.cart_id());
    } catch (const Error& error) {
      if (error.reason() != "LEASE_LOST") throw;
    }
    if (!plan) continue;
    if (plan->verdict.kind == Kind::kPaymentRequired) {
      co_await requireCart(context, request.cart_id());
      throw paymentRequired();
    }
    if (plan->verdict.kind != Kind::kWait) co_return co_await carryOut(std::move(context), std::move(*plan));
    const Checkout& driven = *plan->verdict.subject;
    const bool in_time = co_await waitFor(context, driven.id, latest);
    if (in_time) continue;
    if (!driven.hasOrder()) throw paymentPending();
    const std::optional<OrderRecord> record = co_await findOrder(driven.order_id);
    co_return completeAnswer(shopperView(record->order), 202);
  }
}

// Answers at once what needs no drive, and drives the rest.
task<v1::CompleteResponse> Handlers::carryOut(rpc::Context context, CompletePlan plan) {
  Run run;
  run.checkout = std::move(plan.draft.checkout);
  run.order = std::move(plan.draft.order);
  switch (plan.verdict.kind) {
    case Kind::kKeyReused:
      throw keyReused();
    case Kind::kRefused:
      throw paymentDeclined(run.checkout);
    case Kind::kAwait:
      co_return completeAnswer(*run.order, 202);
    case Kind::kAwaited: {
      const std::optional<OrderRecord> record = co_await findOrder(run.checkout.order_id);
      co_return completeAnswer(shopperView(record->order), 202);
    }
    case Kind::kAnswer: {
      const RequestKey key = parts_.orders.requestKey(context);
      v1::CompleteResponse kept;
      const bool first = !key.hash.empty() && key.hash == run.checkout.complete.hash;
      if (first && !run.checkout.complete_answer.empty()) {
        KONTOR_ASSERT(kept.ParseFromString(run.checkout.complete_answer), "a kept answer is of the method's own type");
        co_return kept;
      }
      const std::optional<OrderRecord> record = co_await findOrder(run.checkout.order_id);
      co_return completeAnswer(shopperView(record->order), 200);
    }
    default:
      break;
  }
  run.context = context.asService("order").withoutDeadline();
  run.facts.now = run.checkout.updated_at;
  run.facts.buyer = true;
  co_await parts_.saga.drive(run);
  co_return co_await answerCompletion(std::move(context), std::move(run));
}

// Says what the drive has come to; what it could not finish, the driver will.
task<v1::CompleteResponse> Handlers::answerCompletion(rpc::Context, Run run) {
  const Checkout& checkout = run.checkout;
  if (checkout.step == Step::kRequiresAction) throw actionRequired(checkout);
  if (!checkout.hasOrder()) {
    if (run.failure && checkout.step == Step::kFailed) throw *run.failure;
    throw paymentPending();
  }
  if (checkout.step == Step::kFailed) throw paymentDeclined(checkout);
  if (run.order == nullptr) {
    const std::optional<OrderRecord> record = co_await findOrder(checkout.order_id);
    KONTOR_ASSERT(record.has_value(), "a checkout's order is there");
    run.order = std::make_shared<v1::Order>(shopperView(record->order));
  }
  // What is left is the driver's: a pending order is on its way, a confirmed one only has its cart to be closed.
  const bool settled = run.order->status() != v1::Order::STATUS_PENDING;
  co_return completeAnswer(*run.order, settled ? 201 : 202);
}

// A cart that does not exist cannot be paid either: says so.
task<void> Handlers::requireCart(rpc::Context context, std::string cart_id) {
  cart::v1::GetCartRequest question;
  question.set_cart_id(std::move(cart_id));
  rpc::Context inner = context.asService("order");
  try {
    co_await parts_.neighbours.carts->GetCart(std::move(inner), std::move(question));
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) throw;
  }
}

}  // namespace kontor::order
