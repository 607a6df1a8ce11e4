#include "chassis/base/error.hpp"
#include "services/order/handlers.hpp"

namespace kontor::order {

task<v1::Recipient> Handlers::FindRecipient(rpc::Context, v1::FindRecipientRequest request) {
  const std::optional<v1::Recipient> known =
      co_await parts_.orders.recipient(parts_.store, request.order_id(), request.checkout_id());
  if (known) co_return *known;
  if (!request.order_id().empty()) throw notFound("order", request.order_id());
  const std::optional<Checkout> checkout = co_await parts_.orders.checkout(parts_.store, request.checkout_id());
  if (!checkout) throw notFound("checkout", request.checkout_id());
  v1::Recipient recipient;
  if (checkout->frozen) recipient.set_email(checkout->frozen->email());
  co_return recipient;
}

}  // namespace kontor::order
