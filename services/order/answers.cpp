#include "services/order/answers.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::order {

Error paymentRequired() {
  return Error(Code::kFailedPrecondition, "PAYMENT_REQUIRED",
               "this cart has not been paid: send its payment first, then complete it");
}

Error paymentPending() {
  return Error(
      Code::kFailedPrecondition, "PAYMENT_PENDING",
      "a payment of this cart is under way and its outcome not yet known: wait a moment, then complete the cart "
      "or look at it again");
}

Error requestInProgress() {
  return Error(Code::kAborted, "REQUEST_IN_PROGRESS",
               "the first call with this Idempotency-Key is still running: repeat it in a moment to get its answer");
}

Error keyReused() {
  return Error(Code::kInvalidArgument, "IDEMPOTENCY_KEY_REUSED",
               "this Idempotency-Key came before with another request body; send a new key")
      .withStatus(422);
}

Error cartClosed() {
  return Error(Code::kFailedPrecondition, "CART_CLOSED", "this cart has become an order already: open a new cart");
}

Error orderNotCancellable(const v1::Order& order) {
  return Error(Code::kFailedPrecondition, "ORDER_NOT_CANCELLABLE",
               "the order " + order.number() + " is shipped or ended: it can be returned, but not cancelled")
      .withDetail("number", order.number());
}

Error paymentDeclined(const Checkout& checkout) {
  std::string said;
  if (checkout.payment != nullptr && !checkout.payment->failure().empty())
    said = " (" + checkout.payment->failure() + ")";
  return Error(Code::kFailedPrecondition, std::string(kDeclined),
               "the payment was declined" + said + "; the cart is open again: pay by another means")
      .withStatus(402);
}

Error actionRequired(const Checkout& checkout) {
  Error error(Code::kFailedPrecondition, "PAYMENT_ACTION_REQUIRED",
              "the buyer must confirm the payment first: follow the next action, then complete the cart again");
  if (checkout.payment != nullptr && checkout.payment->has_next_action()) {
    const payment::v1::NextAction& action = checkout.payment->next_action();
    return std::move(error).withDetail("nextActionType", action.type()).withDetail("nextActionUrl", action.url());
  }
  return error;
}

Error outOfStock(const inventory::v1::Availability& shortage) {
  return Error(Code::kFailedPrecondition, std::string(kOutOfStock),
               "there are not enough units of \"" + shortage.sku() + "\": " + std::to_string(shortage.available()) +
                   " left; lower the quantity or remove the line")
      .withDetail("sku", shortage.sku())
      .withDetail("available", std::int64_t{shortage.available()});
}

v1::PayResponse payAnswer(const Checkout& checkout) {
  v1::PayResponse response;
  if (!checkout.pay_answer.empty()) {
    KONTOR_ASSERT(response.ParseFromString(checkout.pay_answer), "a kept answer is of the method's own type");
    return response;
  }
  if (!checkout.inForce()) throw paymentDeclined(checkout);
  if (checkout.payment != nullptr) {
    *response.mutable_payment() = *checkout.payment;
  } else {
    response.mutable_payment()->set_state(payment::v1::Payment::STATE_CREATED);
  }
  if (checkout.frozen != nullptr) *response.mutable_cart() = *checkout.frozen;
  if (checkout.step == Step::kUnknown || checkout.step == Step::kAuthorizing) response.set_status(202);
  return response;
}

v1::CompleteResponse completeAnswer(v1::Order order, int status) {
  v1::CompleteResponse response;
  *response.mutable_order() = std::move(order);
  response.set_status(status);
  return response;
}

}  // namespace kontor::order
