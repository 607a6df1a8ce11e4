#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"
#include "services/order/answers.hpp"
#include "services/order/saga.hpp"

namespace kontor::order {
namespace {

/// The callee has refused and nothing was done.
bool didNotRun(const Error& error) {
  if (error.mayHaveRun()) return false;
  switch (error.code()) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kFailedPrecondition:
    case Code::kOutOfRange:
    case Code::kUnimplemented:
    case Code::kPermissionDenied:
      return true;
    default:
      return false;
  }
}

// The checkout is given up for `error`, which is also what the waiting caller is told.
void refuse(Run& run, Error error) {
  run.facts.refusal = error.reason();
  run.failure = std::move(error);
}

inventory::v1::ReserveRequest reserveRequest(const Checkout& checkout) {
  KONTOR_ASSERT(checkout.frozen != nullptr, "stock is held for a frozen cart");
  inventory::v1::ReserveRequest request;
  request.set_ref(checkout.id);
  for (const auto& line : checkout.frozen->lines()) {
    inventory::v1::ReservationLine& wanted = *request.add_lines();
    wanted.set_sku(line.sku());
    wanted.set_quantity(line.quantity());
  }
  *request.mutable_expires_at() = toTimestamp(checkout.expires_at);
  return request;
}

// Keeps the first answer of a call with a key; larger ones are answered from the row as it is.
void keepPayAnswer(Run& run) {
  if (run.checkout.pay.hash.empty()) return;
  std::string answer = payAnswer(run.checkout).SerializeAsString();
  if (answer.size() > kKeptAnswerMax) return;
  run.checkout.pay_answer = std::move(answer);
  run.checkout.unkept.pay_answer = true;
}

}  // namespace

// Takes money and cart from the checkout that is replaced. Its hold stays until the new one takes it over, so that a
// buyer is never blocked by their own hold, nor loses it to another.
task<void> Saga::clearOld(Run& run) {
  KONTOR_ASSERT(run.old != nullptr, "a checkout that replaces another one is driven with it");
  std::optional<Error> trouble;
  try {
    if (run.old->checkout.asked_at) co_await returnMoney(*run.old);
    co_await reopenCart(*run.old);
  } catch (const Error& error) {
    trouble = error;
  }
  if (trouble) refuse(run, *trouble);
  run.facts.old_cleared = true;
}

// Freezes the cart. Late money takes only a cart that nobody has touched since it was reopened, at the total it paid
// for.
task<void> Saga::lockCart(Run& run) {
  cart::v1::LockRequest request;
  request.set_cart_id(run.checkout.cart_id);
  request.set_checkout_id(run.checkout.id);
  if (run.checkout.late) request.set_unchanged_since(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  std::optional<Error> trouble;
  try {
    cart::v1::LockResponse response = co_await neighbours_.carts->Lock(std::move(context), std::move(request));
    run.checkout.frozen = std::make_shared<cart::v1::Cart>(std::move(*response.mutable_cart()));
    run.checkout.unkept.cart = true;
    run.facts.locked = true;
  } catch (const Error& error) {
    trouble = error;
  }
  if (trouble) {
    run.facts.freed = true;  // nothing was held before it
    refuse(run, *trouble);
    co_return;
  }
  const auto& payment = run.checkout.payment;
  if (run.checkout.late && payment && payment->amount().amount() != run.checkout.frozen->totals().total().amount())
    run.facts.refusal = "CART_CHANGED";
}

// Holds the stock, all lines or none. A late checkout revives its own reference, which it had given up before.
task<void> Saga::reserve(Run& run) {
  inventory::v1::ReserveRequest request = reserveRequest(run.checkout);
  request.set_replaces(run.checkout.late ? run.checkout.id : run.checkout.replaces);
  rpc::Context context = callContext(run, rules_.call);
  std::optional<Error> trouble;
  try {
    auto response = co_await neighbours_.inventory->Reserve(std::move(context), std::move(request));
    if (response.granted()) {
      run.facts.reserved = true;
      if (run.old != nullptr) run.old->facts.freed = true;
    } else {
      // Refused or not, it is released: a message that comes twice may find stock the second time.
      trouble = outOfStock(response.shortage());
    }
  } catch (const Error& error) {
    trouble = error;
  }
  if (trouble) refuse(run, *trouble);
}

// Asks for the money, once in the life of a checkout. From the write on, any driver knows that somebody may have been
// asked; the frozen cart goes into the same row. No answer in time is an answer too: the outcome is unknown.
task<void> Saga::authorize(Run& run) {
  advance(run.checkout, Step::kAuthorizing);
  Also note_when = [](store::Transaction& in, Draft& draft) -> task<void> {
    draft.checkout.asked_at = in.now();
    co_return;
  };
  co_await write(run, std::move(note_when));
  payment::v1::AuthorizeRequest request;
  request.set_ref(run.checkout.id);
  *request.mutable_amount() = run.checkout.frozen->totals().total();
  request.set_provider(run.provider);
  request.set_token(run.token);
  *request.mutable_expires_at() = toTimestamp(run.checkout.expires_at);
  rpc::Context context = callContext(run, rules_.payment_deadline);
  std::optional<payment::v1::Payment> answer;
  std::optional<Error> trouble;
  try {
    answer = co_await neighbours_.payments->Authorize(std::move(context), std::move(request));
  } catch (const Error& error) {
    trouble = error;
  }
  if (answer) {
    hear(run.checkout, run.facts, *answer);
    if (!run.facts.refusal.empty()) run.failure = paymentDeclined(run.checkout);
  } else if (didNotRun(*trouble)) {
    refuse(run, *trouble);
  } else {
    advance(run.checkout, Step::kUnknown);
  }
  const bool answered = run.checkout.step == Step::kAuthorized || run.checkout.step == Step::kRequiresAction;
  if (answered) keepPayAnswer(run);
}

// Asks what became of the payment. A reference that payment itself has never heard of is as good as unknown to the
// provider: the process died between our write and our call.
task<void> Saga::ask(Run& run) {
  payment::v1::SettleRequest request;
  request.set_ref(run.checkout.id);
  rpc::Context context = callContext(run, rules_.call);
  payment::v1::SettleResponse response;
  std::optional<Error> trouble;
  try {
    response = co_await neighbours_.payments->Settle(std::move(context), std::move(request));
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) throw;
    response.set_knowledge(payment::v1::SettleResponse::KNOWLEDGE_NOT_KNOWN);  // our question never arrived
  }
  learn(run.checkout, run.facts, response, rules_.payment_settle);
  if (!run.facts.refusal.empty() && !run.failure) run.failure = paymentDeclined(run.checkout);
}

// Asked for long ago and still unknown to the provider: forbids it to begin, and asks once more.
task<void> Saga::callOff(Run& run) {
  co_await returnMoney(run);
  run.facts.voided = false;  // only the answer to the last question says that nothing is left
  run.facts.called_off = true;
  run.facts.asked = false;
}

// The hold was freed while the order was being made (a very long pause): takes it again, or gives the order up.
task<void> Saga::reserveAgain(Run& run) {
  inventory::v1::ReserveRequest request = reserveRequest(run.checkout);
  request.set_replaces(run.checkout.id);
  *request.mutable_expires_at() = toTimestamp(run.facts.now + rules_.hold);
  rpc::Context context = callContext(run, rules_.call);
  auto response = co_await neighbours_.inventory->Reserve(std::move(context), std::move(request));
  run.facts.hold_lost = false;
  run.facts.sold_out = !response.granted();
}

}  // namespace kontor::order
