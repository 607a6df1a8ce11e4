#include "services/cart/editor.hpp"

#include "chassis/base/error.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "services/cart/messages.hpp"

namespace kontor::cart {
namespace {

/// How often an edit is tried while others change the same cart between its question and its transaction.
constexpr int kTries = 5;

// Thrown inside the transaction: the quotes at hand answer another question.
struct StaleQuotes {};

struct Attempt {
  std::shared_ptr<const Parts> parts;
  rpc::Context context;
  std::string cart_id;
  std::string id_hash;
  Edit edit;
  Question asked;
  std::vector<Quote> quotes;
  bool check_version = true;
};

task<v1::Cart> effect(const Attempt& attempt, store::Transaction& in) {
  const Cart read = co_await take(*attempt.parts, in, attempt.id_hash);
  if (attempt.check_version) rpc::requireVersion(attempt.context, read.version);
  requireOpen(read, in.now());
  if (attempt.edit.ask && attempt.edit.ask(read) != attempt.asked) throw StaleQuotes();
  Cart wanted = read;
  attempt.edit.apply(wanted, attempt.quotes);
  price(wanted);
  wanted.version = read.version + 1;
  wanted.updated_at = in.now();
  wanted.expires_at = in.now() + attempt.parts->terms.lifetime;
  co_await attempt.parts->store->save(in, read, wanted);
  co_return messageOf(wanted, attempt.cart_id);
}

task<v1::Cart> once(std::shared_ptr<const Attempt> attempt, store::Transaction& in) {
  auto run = [&]() { return effect(*attempt, in); };
  auto reread = [&]() -> task<v1::Cart> {
    const Cart cart = co_await take(*attempt->parts, in, attempt->id_hash);
    co_return messageOf(cart, attempt->cart_id);
  };
  co_return co_await store::answered<v1::Cart>(in, attempt->context, run, reread);
}

// What most carts are: of the shop's own region, with nothing to price anew.
Cart usualCart(const Terms& terms) {
  Cart cart;
  cart.currency = terms.region.currency;
  cart.country = terms.region.country;
  return cart;
}

// Fills in the quotes; none for a cart that cannot be changed now, since the transaction will say so. The first try
// asks as for the usual cart: that saves reading it here when the transaction reads it again and compares the
// questions.
task<void> prepare(Attempt& attempt, bool first) {
  attempt.asked = {};
  attempt.quotes.clear();
  if (!attempt.edit.ask) co_return;
  Cart cart = usualCart(attempt.parts->terms);
  if (!first) cart = co_await look(attempt.parts, attempt.id_hash);
  if (cart.state != State::kActive) co_return;
  attempt.asked = attempt.edit.ask(cart);
  attempt.quotes = co_await quote(attempt.parts, attempt.context, attempt.asked);
}

task<void> releaseCheckout(const Attempt& attempt, std::string checkout) {
  order::v1::ReleaseCheckoutRequest request;
  request.set_checkout_id(std::move(checkout));
  rpc::Context own = attempt.context.asService("cart");
  co_await attempt.parts->orders->ReleaseCheckout(std::move(own), std::move(request));
}

}  // namespace

task<v1::Cart> edit(std::shared_ptr<const Parts> parts, rpc::Context context, std::string cart_id, Edit change) {
  Attempt attempt{parts, context, cart_id, parts->hashOf(cart_id), std::move(change), {}, {}, true};
  for (int tries = 0; tries < kTries; ++tries) {
    co_await prepare(attempt, tries == 0);
    auto shared = std::make_shared<const Attempt>(attempt);
    auto body = [shared](store::Transaction& in) { return once(shared, in); };
    std::string held_by;
    try {
      co_return co_await parts->database->transact(context, std::move(body));
    } catch (const Held& held) {
      held_by = held.checkout;
    } catch (const StaleQuotes&) {
      continue;
    }
    co_await releaseCheckout(attempt, std::move(held_by));
    attempt.check_version = false;  // it was right; giving the cart back has raised it
  }
  throw Error(Code::kAborted, "CONFLICT", "the cart is being changed by others; read it and try again");
}

}  // namespace kontor::cart
