#include "chassis/base/error.hpp"
#include "services/order/handlers.hpp"

namespace kontor::order {
namespace {

v1::Recipient recipientOf(const v1::Order& order) {
  v1::Recipient recipient;
  recipient.set_order_id(order.id());
  recipient.set_number(order.number());
  recipient.set_email(order.email());
  return recipient;
}

}  // namespace

task<v1::Recipient> Handlers::FindRecipient(rpc::Context, v1::FindRecipientRequest request) {
  auto body = [this, request](store::Statements& in) -> task<v1::Recipient> {
    std::string order_id = request.order_id();
    std::optional<Checkout> checkout;
    if (order_id.empty()) {
      checkout = co_await parts_.orders.checkout(in, request.checkout_id());
      if (!checkout) throw notFound("checkout", request.checkout_id());
      order_id = checkout->order_id;
    }
    std::optional<OrderRecord> record;
    if (!order_id.empty()) record = co_await parts_.orders.order(in, order_id);
    if (record) co_return recipientOf(record->order);
    if (!checkout) throw notFound("order", request.order_id());
    v1::Recipient recipient;
    if (checkout->frozen) recipient.set_email(checkout->frozen->email());
    co_return recipient;
  };
  co_return co_await parts_.store.snapshot(std::move(body));
}

}  // namespace kontor::order
