#include "services/order/shipping.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/executor.hpp"
#include "kontor/order/v1/events.kontor.hpp"

namespace kontor::order {
namespace {

using payment::v1::Payment;
using Data = std::map<std::string, std::string>;

Data aboutParcel(const v1::Fulfilment& parcel) { return {{"fulfilment", parcel.id()}}; }

Data aboutMoney(const v1::Fulfilment& parcel) {
  Data data = aboutParcel(parcel);
  data["amount"] = std::to_string(parcel.amount().amount());
  data["currency"] = parcel.amount().currency();
  return data;
}

v1::FulfilmentShipped shippedEvent(const v1::Order& order, const v1::Fulfilment& parcel) {
  v1::FulfilmentShipped event;
  event.set_order_id(order.id());
  event.set_number(order.number());
  event.set_fulfilment_id(parcel.id());
  event.set_carrier(parcel.carrier());
  event.set_tracking(parcel.tracking());
  for (const v1::FulfilmentLine& line : parcel.lines()) {
    v1::SoldLine& sold = *event.add_lines();
    sold.set_sku(line.sku());
    sold.set_quantity(line.quantity());
    for (const v1::OrderLine& ordered : order.lines()) {
      if (ordered.id() == line.line_id()) sold.set_title(ordered.title());
    }
  }
  return event;
}

// The provider has said no, or our own book forbids it; everything else may be better the next time.
bool isRefusal(const Error& error) {
  return error.code() == Code::kFailedPrecondition || error.code() == Code::kNotFound ||
         error.code() == Code::kInvalidArgument;
}

// A parcel as a transaction has left it, for the next write.
void setStored(Fulfilment& parcel, Time now) {
  parcel.stored_state = parcel.shown.state();
  parcel.stored_epoch = parcel.epoch;
  parcel.shown.set_version(parcel.shown.version() + 1);
  *parcel.shown.mutable_updated_at() = toTimestamp(now);
}

}  // namespace

void hold(Fulfilment& fulfilment, std::string_view owner, Time now, Duration lease) {
  fulfilment.lease_owner = owner;
  fulfilment.lease_until = now + lease;
  fulfilment.wake_at = fulfilment.lease_until;
}

// The order's row first: cancelling takes it too, so that exactly one of the two finds it confirmed and unshipped.
task<Fulfilment> Shipping::ship(store::Transaction& in, Fulfilment parcel, const v1::ShipFulfilmentRequest& request,
                                std::string actor) const {
  const auto to = fulfilmentAfter(parcel.shown.state(), FulfilmentWish::kShip);
  if (!to) throw wrongFulfilmentState(parcel.shown, FulfilmentWish::kShip);
  std::optional<OrderRecord> record = co_await orders_.order(in, parcel.shown.order_id());
  KONTOR_ASSERT(record.has_value(), "a parcel's order is there");
  v1::Order& order = record->order;
  const std::int64_t amount = captureShare(order, parcel.shown.lines());
  addShipped(order, parcel.shown.lines());
  const bool standing = co_await FulfilmentStore::writeShipped(in, order);
  if (!standing) throw orderNotFulfillable(order);

  v1::Fulfilment& shown = parcel.shown;
  shown.set_state(*to);
  shown.set_carrier(request.carrier());
  shown.set_tracking(request.tracking());
  shown.mutable_amount()->set_amount(amount);
  shown.mutable_amount()->set_currency(parcel.currency);
  shown.set_capture(v1::Fulfilment::CAPTURE_PENDING);
  *shown.mutable_shipped_at() = toTimestamp(in.now());
  parcel.epoch = parcel.stored_epoch + 1;
  hold(parcel, rules_.owner, in.now(), rules_.lease);
  co_await FulfilmentStore::save(in, parcel);

  Data data = aboutParcel(shown);
  if (!shown.carrier().empty()) data["carrier"] = shown.carrier();
  if (!shown.tracking().empty()) data["tracking"] = shown.tracking();
  co_await OrderStore::tell(in, order.id(), historyEntry(in.now(), actor, "shipped", "", data));
  store::Event event = v1::makeEvent(shippedEvent(order, shown));
  co_await in.emit(std::move(event));
  setStored(parcel, in.now());
  co_return parcel;
}

// May come while its money is still owed: whichever of the two is last completes the order. The lease of a running
// drive is left alone; it reads the state anew before it writes.
task<Fulfilment> Shipping::deliver(store::Transaction& in, Fulfilment parcel, std::string actor) const {
  v1::Fulfilment& shown = parcel.shown;
  const auto to = fulfilmentAfter(shown.state(), FulfilmentWish::kDeliver);
  if (!to) throw wrongFulfilmentState(shown, FulfilmentWish::kDeliver);
  const bool standing = co_await FulfilmentStore::touchOrder(in, shown.order_id());
  KONTOR_ASSERT(standing, "an order with a parcel on its way stays confirmed");
  shown.set_state(*to);
  *shown.mutable_delivered_at() = toTimestamp(in.now());
  co_await FulfilmentStore::save(in, parcel);
  co_await OrderStore::tell(in, shown.order_id(), historyEntry(in.now(), actor, "delivered", "", aboutParcel(shown)));
  std::optional<OrderRecord> record = co_await orders_.order(in, shown.order_id());
  v1::FulfilmentDelivered delivered;
  delivered.set_order_id(record->order.id());
  delivered.set_number(record->order.number());
  delivered.set_fulfilment_id(shown.id());
  store::Event event = v1::makeEvent(delivered);
  co_await in.emit(std::move(event));
  co_await completeOrder(in, shown.order_id());
  setStored(parcel, in.now());
  co_return parcel;
}

task<Fulfilment> Shipping::unpack(store::Transaction& in, Fulfilment parcel, std::string actor,
                                  std::string reason) const {
  v1::Fulfilment& shown = parcel.shown;
  const auto to = fulfilmentAfter(shown.state(), FulfilmentWish::kCancel);
  if (!to) throw wrongFulfilmentState(shown, FulfilmentWish::kCancel);
  const bool standing = co_await FulfilmentStore::touchOrder(in, shown.order_id());
  KONTOR_ASSERT(standing, "cancelling an order cancels what it has pending");
  shown.set_state(*to);
  co_await FulfilmentStore::save(in, parcel);
  co_await OrderStore::tell(in, shown.order_id(),
                            historyEntry(in.now(), actor, "unpacked", reason, aboutParcel(shown)));
  setStored(parcel, in.now());
  co_return parcel;
}

// Completed: all is delivered and captured. Nothing when something is left to do.
task<void> Shipping::completeOrder(store::Transaction& in, std::string order_id) const {
  const std::optional<OrderRecord> record = co_await orders_.order(in, order_id);
  const std::vector<Fulfilment> parcels = co_await FulfilmentStore::ofOrder(in, order_id);
  if (!isComplete(record->order, parcels)) co_return;
  OrderChange change{order_id,
                     v1::Order::STATUS_CONFIRMED,
                     v1::Order::STATUS_COMPLETED,
                     record->order.payment_status(),
                     "system",
                     "completed",
                     ""};
  const bool done = co_await orders_.changeOrder(in, change);
  KONTOR_ASSERT(done, "an order that was shipped stays confirmed until it is completed");
  v1::OrderCompleted completed;
  completed.set_order_id(order_id);
  completed.set_number(record->order.number());
  store::Event event = v1::makeEvent(completed);
  co_await in.emit(std::move(event));
}

task<std::optional<Error>> Shipping::drive(Fulfilment parcel) {
  Outcome outcome;
  outcome.stock_taken = parcel.stock_taken;
  co_await pay(parcel, outcome);
  std::optional<Error> failure;
  try {
    co_await write(std::move(parcel), outcome);
  } catch (const Error& error) {
    failure = error;  // the lease runs out by itself, and the next drive pays nothing twice
  }
  if (failure && failure->reason() == "LEASE_LOST") co_return std::nullopt;
  if (failure) co_return failure;
  co_return outcome.trouble;
}

// Both debts are idempotent under the parcel's name, so that one write after them records both.
task<void> Shipping::pay(const Fulfilment& parcel, Outcome& outcome) {
  try {
    if (!outcome.stock_taken) co_await takeStock(parcel);
    outcome.stock_taken = true;
    if (parcel.shown.capture() != v1::Fulfilment::CAPTURE_DONE) outcome.payment = co_await capture(parcel);
  } catch (const Error& error) {
    outcome.trouble = error;
  } catch (const std::exception& bug) {
    outcome.trouble = Error(Code::kInternal, bug.what());
  }
}

task<void> Shipping::takeStock(const Fulfilment& parcel) {
  inventory::v1::ShipRequest request;
  request.set_ref(parcel.checkout_id);
  request.set_shipment(parcel.shown.id());
  for (const v1::FulfilmentLine& line : parcel.shown.lines()) {
    inventory::v1::ReservationLine& wanted = *request.add_lines();
    wanted.set_sku(line.sku());
    wanted.set_quantity(line.quantity());
  }
  rpc::Context context = callContext();
  const auto response = co_await neighbours_.inventory->Ship(std::move(context), std::move(request));
  if (response.shipped()) co_return;
  throw Error(Code::kInternal, "STOCK_NOT_PROMISED",
              "inventory promises nothing to " + parcel.checkout_id + " any more, whose parcel " + parcel.shown.id() +
                  " is shipped: look at the movements of its skus");
}

// An order that costs nothing was authorised for nothing: there is nothing to take.
task<Payment> Shipping::capture(const Fulfilment& parcel) {
  Payment nothing;
  nothing.set_state(Payment::STATE_CAPTURED);
  if (parcel.shown.amount().amount() == 0) co_return nothing;
  payment::v1::CaptureRequest request;
  request.set_ref(parcel.checkout_id);
  request.set_capture_ref(parcel.shown.id());
  *request.mutable_amount() = parcel.shown.amount();
  rpc::Context context = callContext();
  Payment payment = co_await neighbours_.payments->Capture(std::move(context), std::move(request));
  co_return payment;
}

// Writes what the drive has come to over the row as it is now: it may have been delivered meanwhile. The epoch fences
// off a drive whose lease was taken over.
task<void> Shipping::write(Fulfilment parcel, const Outcome& outcome) {
  auto body = [this, id = parcel.shown.id(), epoch = parcel.epoch, outcome](store::Transaction& in) -> task<void> {
    std::optional<Fulfilment> row = co_await FulfilmentStore::find(in, id);
    KONTOR_ASSERT(row.has_value(), "a parcel is never deleted");
    if (row->epoch != epoch) co_return;  // taken over: the other drive writes
    const bool owed = row->shown.capture() != v1::Fulfilment::CAPTURE_DONE;
    row->stock_taken = outcome.stock_taken;
    row->lease_until = Time{};
    row->wake_at.reset();
    if (outcome.payment && owed) {
      row->shown.set_capture(v1::Fulfilment::CAPTURE_DONE);
      row->tries = 0;
      co_await noteCaptured(in, *row, *outcome.payment);
    }
    if (outcome.trouble) {
      row->wake_at = in.now() + captureBackoff(row->tries++);
      co_await noteTrouble(in, *row, *outcome.trouble);
    }
    co_await FulfilmentStore::save(in, *row);
    if (outcome.payment) co_await completeOrder(in, row->shown.order_id());
  };
  rpc::Context context = rpc::Context::forService("order");
  co_await store_.transact(std::move(context), std::move(body));
}

task<void> Shipping::noteCaptured(store::Transaction& in, const Fulfilment& parcel, const Payment& payment) const {
  OrderChange change{parcel.shown.order_id(),
                     v1::Order::STATUS_CONFIRMED,
                     v1::Order::STATUS_CONFIRMED,
                     paymentStatusOf(payment),
                     "system",
                     "payment_captured",
                     "",
                     aboutMoney(parcel.shown)};
  const bool done = co_await orders_.changeOrder(in, change);
  KONTOR_ASSERT(done, "an order that was shipped stays confirmed until it is completed");
}

// The shop's people must see that goods went out without their money. Told once for each kind of trouble, however
// often it is tried.
task<void> Shipping::noteTrouble(store::Transaction& in, Fulfilment& parcel, const Error& trouble) const {
  const bool about_money = parcel.stock_taken;
  const bool refused = about_money && isRefusal(trouble);
  const std::string_view told = refused ? kCaptureRefused : about_money ? kCaptureUnanswered : "stock_unanswered";
  if (refused) parcel.shown.set_capture(v1::Fulfilment::CAPTURE_REFUSED);
  if (parcel.trouble == told) co_return;
  parcel.trouble = told;
  if (!about_money) co_return;
  const std::optional<OrderRecord> record = co_await orders_.order(in, parcel.shown.order_id());
  v1::Order::PaymentStatus status = record->order.payment_status();
  if (refused) status = v1::Order::PAYMENT_STATUS_FAILED;
  OrderChange change{
      parcel.shown.order_id(), v1::Order::STATUS_CONFIRMED, v1::Order::STATUS_CONFIRMED, status, "system",
      std::string(told),       trouble.message(),           aboutMoney(parcel.shown)};
  const bool done = co_await orders_.changeOrder(in, change);
  KONTOR_ASSERT(done, "an order that was shipped stays confirmed until it is completed");
}

// Bounded by our own limit: what was begun goes on when a caller has given up waiting.
rpc::Context Shipping::callContext() const {
  return rpc::Context::forService("order").withDeadline(runtime::Executor::current().now() + rules_.call);
}

}  // namespace kontor::order
