#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"
#include "kontor/order/v1/events.kontor.hpp"
#include "services/order/saga.hpp"
#include "services/order/store_fulfilments.hpp"

namespace kontor::order {
namespace {

using payment::v1::Payment;

/// The word of the order.cancelled event.
std::string cancelReason(const std::string& actor) {
  if (actor.empty()) return std::string(kPaymentFailed);
  if (actor.starts_with("customer")) return "CUSTOMER";
  return "STAFF";
}

v1::OrderCancelled cancelledEvent(const Checkout& checkout, const std::string& actor) {
  v1::OrderCancelled event;
  event.set_order_id(checkout.order_id);
  event.set_number(checkout.order_number);
  event.set_reason(cancelReason(actor));
  return event;
}

v1::Order::PaymentStatus returnedStatus(const Checkout& checkout) {
  const bool captured = checkout.payment != nullptr && checkout.payment->captured().amount() > 0;
  return captured ? v1::Order::PAYMENT_STATUS_REFUNDED : v1::Order::PAYMENT_STATUS_VOIDED;
}

}  // namespace

// From here on the checkout can only end as failed: whoever tries to complete it finds it gone.
task<void> Saga::release(Run& run) {
  Checkout& checkout = run.checkout;
  if (!run.facts.refusal.empty()) {
    checkout.reason = run.facts.refusal;
  } else {
    checkout.reason = checkout.cancel_actor.empty() ? kExpired : kCancelled;
  }
  advance(checkout, Step::kReleasing);
  co_await write(run, nullptr);
}

// Voids what is authorised and refunds what is captured already.
task<void> Saga::returnMoney(Run& run) {
  payment::v1::VoidRequest request;
  request.set_ref(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  std::optional<Payment> payment;
  try {
    payment = co_await neighbours_.payments->Void(std::move(context), std::move(request));
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) throw;  // our question never arrived: there is nothing to give back
  }
  if (payment && payment->captured().amount() > payment->refunded().amount()) {
    payment::v1::RefundRequest refund;
    refund.set_ref(run.checkout.id);
    refund.set_refund_ref(run.checkout.id + ":undo");
    refund.mutable_amount()->set_amount(payment->captured().amount() - payment->refunded().amount());
    refund.mutable_amount()->set_currency(payment->captured().currency());
    rpc::Context again = callContext(run, rules_.call);
    payment = co_await neighbours_.payments->Refund(std::move(again), std::move(refund));
  }
  if (payment) run.checkout.payment = std::make_shared<Payment>(std::move(*payment));
  run.facts.voided = true;
}

// Also when nothing seems to be held: a reservation that is still on its way finds its reference closed.
task<void> Saga::freeStock(Run& run) {
  inventory::v1::ReleaseRequest request;
  request.set_ref(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  co_await neighbours_.inventory->Release(std::move(context), std::move(request));
  run.facts.freed = true;
}

// Gives the cart back to its buyer, if this checkout is the one that holds it.
task<void> Saga::reopenCart(Run& run) {
  cart::v1::ReopenRequest request;
  request.set_cart_id(run.checkout.cart_id);
  request.set_checkout_id(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  try {
    co_await neighbours_.carts->Reopen(std::move(context), std::move(request));
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) throw;  // no such cart: nothing is locked
  }
  run.facts.reopened = true;
}

// The end of an undone checkout. An order that was waiting for its outcome ends with it, in the same transaction.
task<void> Saga::fail(Run& run) {
  Checkout& checkout = run.checkout;
  if (!run.facts.refusal.empty()) checkout.reason = run.facts.refusal;
  if (checkout.reason.empty()) checkout.reason = kInterrupted;
  if (!checkout.asked_at) checkout.unkept = {};  // what was never paid need not be remembered
  advance(checkout, Step::kFailed);
  Also cancel_pending = [this](store::Transaction& in, Draft& draft) -> task<void> {
    Checkout& row = draft.checkout;
    if (!row.hasOrder() || row.order_status != v1::Order::STATUS_PENDING) co_return;
    const bool wished = row.reason == kCancelled;
    const std::string actor = wished ? row.cancel_actor : "";
    OrderChange change{row.order_id,
                       v1::Order::STATUS_PENDING,
                       v1::Order::STATUS_CANCELLED,
                       v1::Order::PAYMENT_STATUS_FAILED,
                       "system",
                       "cancelled",
                       row.reason};
    if (wished) {
      change.payment = v1::Order::PAYMENT_STATUS_VOIDED;
      change.actor = actor;
      change.detail = row.cancel_reason;
    }
    co_await changeOrder(in, draft, std::move(change));
    store::Event event = v1::makeEvent(cancelledEvent(row, actor));
    co_await in.emit(std::move(event));
  };
  co_await write(run, std::move(cancel_pending));
}

// Guarded by status and fulfilment: what is shipped meanwhile cannot be cancelled. Money and stock are given back after
// it, by whoever drives the checkout next: the order's own row says what is still owed.
task<bool> Saga::cancelOrder(store::Transaction& in, Checkout& checkout, std::string actor, std::string reason) const {
  OrderChange change{checkout.order_id,
                     v1::Order::STATUS_CONFIRMED,
                     v1::Order::STATUS_CANCELLED,
                     checkout.order_payment,
                     std::move(actor),
                     "cancelled",
                     std::move(reason)};
  const bool done = co_await orders_.changeOrder(in, change);
  if (!done) co_return false;
  co_await FulfilmentStore::cancelPending(in, checkout.order_id);
  store::Event event = v1::makeEvent(cancelledEvent(checkout, change.actor));
  co_await in.emit(std::move(event));
  checkout.order_status = change.to;
  co_return true;
}

task<void> Saga::cancelAsWished(Run& run) {
  Also cancel = [this](store::Transaction& in, Draft& draft) -> task<void> {
    Checkout& row = draft.checkout;
    const bool done = co_await cancelOrder(in, row, row.cancel_actor, row.cancel_reason);
    // Shipped meanwhile: the wish came too late, and there is nothing more to do for it.
    if (!done) row.order_status = v1::Order::STATUS_COMPLETED;
  };
  co_await write(run, std::move(cancel));
}

// Money and stock of a cancelled order are back: only now does its row stop asking for it.
task<void> Saga::noteReturned(Run& run) {
  Also note = [this](store::Transaction& in, Draft& draft) -> task<void> {
    Checkout& row = draft.checkout;
    OrderChange change{
        row.order_id, v1::Order::STATUS_CANCELLED, v1::Order::STATUS_CANCELLED, returnedStatus(row), "system", "", ""};
    change.event = std::string("payment_").append(wordOf(change.payment));
    const bool done = co_await orders_.changeOrder(in, change);
    if (!done) throw orderMoved(row);
    row.order_payment = change.payment;
  };
  co_await write(run, std::move(note));
}

// News of a checkout that has failed. If money came all the same, the checkout begins again without its buyer; when the
// cart is in other hands by now, the money goes back.
task<void> Saga::lookAtLate(Run& run) {
  run.facts.asked = true;
  payment::v1::GetPaymentRequest request;
  request.set_ref(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  std::optional<Payment> payment;
  try {
    payment = co_await neighbours_.payments->GetPayment(std::move(context), std::move(request));
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) throw;
  }
  if (!payment || !moneyInForce(*payment)) co_return;
  const Checkout before = run.checkout;
  Also revive = [this, payment = *payment](store::Transaction& in, Draft& draft) -> task<void> {
    Checkout& row = draft.checkout;
    advance(row, Step::kBegun);
    row.late = true;
    row.order_id.clear();
    row.order_status = v1::Order::STATUS_UNSPECIFIED;
    row.payment = std::make_shared<Payment>(payment);
    row.expires_at = in.now() + rules_.hold;
    co_return;
  };
  bool taken = false;
  try {
    co_await write(run, std::move(revive));
  } catch (const Error& error) {
    if (error.reason() != "UNIQUE_VIOLATION") throw;
    taken = true;
  }
  if (!taken) co_return;
  run.checkout = before;
  advance(run.checkout, Step::kReleasing);
  co_await write(run, nullptr);
}

}  // namespace kontor::order
