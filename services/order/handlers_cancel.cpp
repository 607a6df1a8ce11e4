#include "chassis/base/assert.hpp"
#include "chassis/store/answered.hpp"
#include "services/order/answers.hpp"
#include "services/order/handlers.hpp"

namespace kontor::order {

struct Handlers::CancelPlan {
  v1::CancelResponse response;
  std::optional<Checkout> taken;  // its lease is ours: what was paid and promised can be given back at once
};

namespace {

struct Judged {
  OrderRecord record;
  std::optional<Checkout> taken;
  int status = 200;
};

v1::CancelResponse responseOf(const Judged& judged) {
  v1::CancelResponse response;
  *response.mutable_order() = withoutToken(judged.record.order);
  response.set_status(judged.status);
  return response;
}

}  // namespace

// The guarded write with its event, or the wish while the outcome is open; the saga does the rest.
task<Handlers::CancelPlan> Handlers::planCancellation(rpc::Context context, Wish wish) {
  auto body = [this, context, wish](store::Transaction& in) -> task<CancelPlan> {
    std::optional<Checkout> taken;
    auto effect = [this, &in, &context, &wish, &taken]() -> task<v1::CancelResponse> {
      std::optional<OrderRecord> found = co_await parts_.orders.order(in, wish.order_id);
      KONTOR_ASSERT(found.has_value(), "the caller has just seen this order");
      Judged judged{std::move(*found), std::nullopt};
      v1::Order& order = judged.record.order;
      rpc::requireVersion(context, order.version());
      if (order.status() == v1::Order::STATUS_CANCELLED) co_return responseOf(judged);
      std::optional<Checkout> row = co_await parts_.orders.checkout(in, judged.record.checkout_id);
      KONTOR_ASSERT(row.has_value(), "an order's checkout is there");
      if (order.status() == v1::Order::STATUS_PENDING) {
        co_await parts_.orders.wishCancelled(in, row->id, wish.actor, wish.reason);
        judged.status = 202;
        co_return responseOf(judged);
      }
      bool cancelled = order.status() == v1::Order::STATUS_CONFIRMED;
      if (cancelled) cancelled = co_await parts_.saga.cancelOrder(in, *row, wish.actor, wish.reason);
      if (!cancelled) throw orderNotCancellable(order);
      if (row->live(in.now())) {
        co_await parts_.orders.nudge(in, row->id);  // whoever drives it gives it back when done
      } else {
        take(*row, parts_.saga.rules().owner, in.now(), parts_.saga.rules().lease);
        row->updated_at = in.now();
        co_await parts_.orders.save(in, *row);
        row->stored_epoch = row->epoch;
        taken = std::move(row);
      }
      found = co_await parts_.orders.order(in, wish.order_id);
      judged.record = std::move(*found);
      co_return responseOf(judged);
    };
    auto reread = [this, &in, &wish]() -> task<v1::CancelResponse> {
      std::optional<OrderRecord> found = co_await parts_.orders.order(in, wish.order_id);
      co_return responseOf(Judged{std::move(*found), std::nullopt});
    };
    CancelPlan plan;
    plan.response = co_await store::answered<v1::CancelResponse>(in, context, effect, reread);
    plan.taken = std::move(taken);
    co_return plan;
  };
  CancelPlan plan = co_await parts_.store.transact(context, std::move(body));
  co_return plan;
}

// The order is cancelled when the first transaction is; the money and stock follow, here if the checkout is free, else
// by whoever drives it.
task<v1::CancelResponse> Handlers::cancel(rpc::Context context, Wish wish) {
  const std::string order_id = wish.order_id;
  CancelPlan plan = co_await planCancellation(context, std::move(wish));
  parts_.bell.ring();
  if (!plan.taken) co_return plan.response;
  co_await driveTaken(context, std::move(*plan.taken), false);
  // With a key, the answer is the kept one, whatever has happened since.
  if (context.idempotency()) co_return plan.response;
  std::optional<OrderRecord> record = co_await findOrder(order_id);
  *plan.response.mutable_order() = withoutToken(std::move(record->order));
  co_return plan.response;
}

task<v1::CancelResponse> Handlers::CancelOwnOrder(rpc::Context context, v1::CancelOwnOrderRequest request) {
  const OrderRecord record = co_await ownOrder(context, request.number(), request.token());
  Wish wish{record.order.id(), "customer", request.reason()};
  v1::CancelResponse response = co_await cancel(std::move(context), std::move(wish));
  *response.mutable_order() = shopperView(std::move(*response.mutable_order()));
  co_return response;
}

task<v1::CancelResponse> Handlers::CancelOrder(rpc::Context context, v1::CancelOrderRequest request) {
  const std::optional<OrderRecord> record = co_await findOrder(request.id());
  if (!record) throw notFound("order", request.id());
  Wish wish{record->order.id(), context.principal().name(), request.reason()};
  co_return co_await cancel(std::move(context), std::move(wish));
}

}  // namespace kontor::order
