#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/environment.hpp"
#include "kontor/order/v1/events.kontor.hpp"
#include "services/order/answers.hpp"
#include "services/order/saga.hpp"

namespace kontor::order {
namespace {

// What others may know of an order: no address, no token, no cart id.
template <class Event>
void describe(const v1::Order& order, Event& event) {
  event.set_order_id(order.id());
  event.set_number(order.number());
  *event.mutable_total() = order.totals().total();
  for (const v1::OrderLine& line : order.lines()) {
    v1::SoldLine& sold = *event.add_lines();
    sold.set_sku(line.sku());
    sold.set_title(line.title());
    sold.set_quantity(line.quantity());
  }
}

v1::OrderPlaced placedEvent(const v1::Order& order, const Checkout& checkout) {
  v1::OrderPlaced event;
  describe(order, event);
  event.set_checkout_id(checkout.id);
  event.set_awaits_payment(checkout.step != Step::kCompleting);
  return event;
}

/// The order of a draft as a guarded change has left it.
std::shared_ptr<const v1::Order> changed(const v1::Order& order, const OrderChange& change, Time now) {
  auto after = std::make_shared<v1::Order>(order);
  after->set_status(change.to);
  after->set_payment_status(change.payment);
  after->set_version(order.version() + 1);
  *after->mutable_updated_at() = toTimestamp(now);
  addHistory(*after, now, change.actor, change.event, change.detail);
  return after;
}

}  // namespace

// Makes the order of the frozen cart, with its number, first line of history and event, in the caller's transaction.
task<void> Saga::placeOrder(store::Transaction& in, Draft& draft, std::string order_id, std::string token,
                            std::string actor) const {
  Checkout& checkout = draft.checkout;
  OrderRecord record = makeOrder(checkout, std::move(order_id), std::move(token), in.now());
  v1::Order& order = record.order;
  order.set_number(co_await orders_.nextNumber(in));
  if (checkout.step == Step::kCompleting && checkout.payment != nullptr)
    order.set_payment_status(paymentStatusOf(*checkout.payment));
  addHistory(order, in.now(), actor, "placed", "");
  co_await orders_.insertOrder(in, record);
  store::Event event = v1::makeEvent(placedEvent(order, checkout));
  co_await in.emit(std::move(event));
  checkout.order_id = order.id();
  checkout.order_number = order.number();
  checkout.order_status = order.status();
  checkout.order_payment = order.payment_status();
  draft.order = std::make_shared<v1::Order>(std::move(order));
}

task<void> Saga::placeAwaiting(store::Transaction& in, Draft& draft, std::string order_id, std::string token) const {
  Checkout& checkout = draft.checkout;
  co_await placeOrder(in, draft, std::move(order_id), std::move(token), "customer");
  // Nobody takes the lease; the new epoch fences off a driver whose copy does not know of the order.
  checkout.epoch = checkout.stored_epoch + 1;
  co_await orders_.save(in, checkout);
}

// The point of no return: from this write on the checkout can only end in an order.
task<void> Saga::beginCompleting(store::Transaction& in, Draft& draft, std::string order_id, std::string token,
                                 std::string actor) const {
  Checkout& checkout = draft.checkout;
  KONTOR_ASSERT(checkout.payment != nullptr, "an order is made for money that was heard of");
  advance(checkout, Step::kCompleting);
  if (!checkout.hasOrder()) {
    co_await placeOrder(in, draft, std::move(order_id), std::move(token), std::move(actor));
    co_return;
  }
  OrderChange change{checkout.order_id,
                     v1::Order::STATUS_PENDING,
                     v1::Order::STATUS_PENDING,
                     paymentStatusOf(*checkout.payment),
                     "system",
                     "payment_authorized",
                     ""};
  co_await changeOrder(in, draft, std::move(change));
}

// A guarded change of the checkout's order, also in the copies that the drive has of it.
task<void> Saga::changeOrder(store::Transaction& in, Draft& draft, OrderChange change) const {
  Checkout& checkout = draft.checkout;
  const bool done = co_await orders_.changeOrder(in, change);
  if (!done) throw orderMoved(checkout);
  checkout.order_status = change.to;
  checkout.order_payment = change.payment;
  if (draft.order != nullptr) draft.order = changed(*draft.order, change, in.now());
}

// `beginCompleting` as a step of a drive: money was learned of by asking, or came late.
task<void> Saga::complete(Run& run) {
  std::string order_id = environment_.newId("order_");
  std::string token = environment_.newSecret("");
  std::string actor = run.facts.buyer ? "customer" : "system";
  Also begin = [this, order_id, token, actor](store::Transaction& in, Draft& draft) -> task<void> {
    co_await beginCompleting(in, draft, order_id, token, actor);
  };
  co_await write(run, std::move(begin));
}

// Turns the hold into a promise. A hold that is gone is no error: inventory's net frees holds of a shop that was down
// for long.
task<void> Saga::commit(Run& run) {
  inventory::v1::CommitRequest request;
  request.set_ref(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  auto response = co_await neighbours_.inventory->Commit(std::move(context), std::move(request));
  run.facts.committed = response.committed();
  run.facts.hold_lost = !response.committed();
}

// Neither call depends on the other, and the buyer waits for both: they go side by side. Both have ended, well or not,
// before the drive goes on.
task<void> Saga::commitAndClose(Run& run) {
  task<void> closing = closeCart(run);
  closing.begin();
  task<void> committing = commit(run);
  std::exception_ptr trouble;
  try {
    co_await committing;
  } catch (...) {
    trouble = std::current_exception();
  }
  co_await closing;
  if (trouble) std::rethrow_exception(trouble);
}

// Stock is promised, money authorised and the cart closed: the order stands, the checkout is done, and its first answer
// is kept with its key.
task<void> Saga::confirm(Run& run) {
  const bool keep_answer = run.facts.buyer && !run.checkout.complete.hash.empty();
  Also confirm_order = [this, keep_answer](store::Transaction& in, Draft& draft) -> task<void> {
    co_await confirmOrder(in, draft);
    if (draft.order == nullptr || !keep_answer) co_return;
    std::string answer = completeAnswer(*draft.order, 0).SerializeAsString();
    if (answer.size() > kKeptAnswerMax) co_return;
    draft.checkout.complete_answer = std::move(answer);
    draft.checkout.unkept.complete_answer = true;
  };
  co_await write(run, std::move(confirm_order));
}

task<void> Saga::confirmOrder(store::Transaction& in, Draft& draft) const {
  Checkout& checkout = draft.checkout;
  OrderChange change{checkout.order_id,
                     v1::Order::STATUS_PENDING,
                     v1::Order::STATUS_CONFIRMED,
                     paymentStatusOf(*checkout.payment),
                     "system",
                     "confirmed",
                     ""};
  co_await changeOrder(in, draft, std::move(change));
  v1::OrderConfirmed confirmed;
  if (draft.order != nullptr) {
    describe(*draft.order, confirmed);
  } else {
    const std::optional<OrderRecord> record = co_await orders_.order(in, checkout.order_id);
    KONTOR_ASSERT(record.has_value(), "an order that was changed is there");
    describe(record->order, confirmed);
  }
  store::Event event = v1::makeEvent(confirmed);
  co_await in.emit(std::move(event));
  advance(checkout, Step::kDone);
}

// The stock was sold to others while this checkout slept: the order is cancelled, and `done` gives the money back.
task<void> Saga::giveUpOrder(Run& run) {
  Also give_up = [this](store::Transaction& in, Draft& draft) -> task<void> {
    Checkout& checkout = draft.checkout;
    OrderChange change{
        checkout.order_id, v1::Order::STATUS_PENDING, v1::Order::STATUS_CANCELLED, checkout.order_payment, "system",
        "cancelled",       std::string(kOutOfStock)};
    co_await changeOrder(in, draft, std::move(change));
    v1::OrderCancelled event;
    event.set_order_id(checkout.order_id);
    event.set_number(checkout.order_number);
    event.set_reason(std::string(kOutOfStock));
    store::Event cancelled = v1::makeEvent(event);
    co_await in.emit(std::move(cancelled));
  };
  co_await write(run, std::move(give_up));
}

// Once the checkout is completing: a cart that is closed earlier could not be opened again.
task<void> Saga::closeCart(Run& run) {
  cart::v1::CloseRequest request;
  request.set_cart_id(run.checkout.cart_id);
  request.set_checkout_id(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  co_await neighbours_.carts->Close(std::move(context), std::move(request));
  run.facts.closed = true;
}

// Of an order that was given up.
task<void> Saga::finish(Run& run) {
  advance(run.checkout, Step::kDone);
  co_await write(run, nullptr);
}

// A pending order belongs to its checkout's driver alone; somebody else's hand in it is found here.
Error Saga::orderMoved(const Checkout& checkout) {
  return Error(Code::kAborted, "ORDER_MOVED",
               "the order " + checkout.order_number + " of checkout " + checkout.id + " is not pending any more");
}

}  // namespace kontor::order
