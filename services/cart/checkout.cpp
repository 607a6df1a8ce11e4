#include "services/cart/checkout.hpp"

#include <algorithm>

#include "chassis/base/error.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/cart/v1/events.kontor.hpp"
#include "services/cart/messages.hpp"

namespace kontor::cart {
namespace {

constexpr int kTries = 5;

Error conflict(std::string reason, std::string message) {
  return Error(Code::kFailedPrecondition, std::move(reason), std::move(message)).withStatus(409);
}

Error cartChanged(std::string why) {
  return conflict("CART_CHANGED", "the cart " + std::move(why) + "; read it, show it, and pay again");
}

struct Locking {
  std::shared_ptr<const Parts> parts;
  v1::LockRequest request;
  std::string id_hash;
  std::int64_t version = 0;  // of the cart that the quotes are for
  std::vector<Quote> quotes;
};

// What came of one try, once it is durable.
struct Outcome {
  enum class Kind : std::uint8_t { kLocked, kRepriced, kMoved } kind = Kind::kLocked;
  Cart cart;
};

// True when this checkout holds the cart already, or made an order of it.
bool repeats(const Cart& cart, const std::string& checkout) {
  return cart.checkout == checkout && (cart.state == State::kCheckingOut || cart.state == State::kCompleted);
}

void requireFree(const Cart& cart, Time now) {
  try {
    requireOpen(cart, now);
  } catch (const Held& held) {
    throw conflict("PAYMENT_PENDING", "the cart is being paid in another checkout; wait for its outcome")
        .withDetail("checkoutId", held.checkout);
  }
}

// A checkout that gave the cart back may lock it again only by saying so, and only while the cart is as it was then.
task<void> requireStanding(const Locking& locking, store::Transaction& in, std::int64_t version) {
  const std::string& since = locking.request.unchanged_since();
  if (since.empty()) {
    const auto own = co_await locking.parts->store->givenBack(in, locking.request.checkout_id());
    if (own) throw conflict("CHECKOUT_CLOSED", "this checkout has given the cart back; begin a new one");
    co_return;
  }
  const auto then = co_await locking.parts->store->givenBack(in, since);
  if (!then || *then != version) throw cartChanged("was changed since that checkout failed");
}

// The shipping option as the shop offers it now; gone when it is offered no longer.
void renewShipping(Cart& cart, const Terms& terms) {
  if (!cart.shipping) return;
  const auto found = std::find_if(terms.shipping.begin(), terms.shipping.end(),
                                  [&](const Shipping& offer) { return offer.option == cart.shipping->option; });
  cart.shipping = found == terms.shipping.end() ? std::nullopt : std::optional<Shipping>(*found);
}

task<Outcome> tryLock(std::shared_ptr<const Locking> locking, store::Transaction& in) {
  const Cart read = co_await take(*locking->parts, in, locking->id_hash);
  if (repeats(read, locking->request.checkout_id())) co_return Outcome{Outcome::Kind::kLocked, read};
  requireFree(read, in.now());
  co_await requireStanding(*locking, in, read.version);
  if (read.version != locking->version) co_return Outcome{Outcome::Kind::kMoved, read};

  Outcome outcome{Outcome::Kind::kLocked, read};
  Cart& wanted = outcome.cart;
  const std::vector<std::string> gone = reprice(wanted, locking->quotes);
  renewShipping(wanted, locking->parts->terms);
  price(wanted);
  wanted.version = read.version + 1;
  wanted.updated_at = in.now();
  const bool as_shown = gone.empty() && wanted.totals.total == read.totals.total && wanted.shipping.has_value();
  if (as_shown) {
    wanted.state = State::kCheckingOut;
    wanted.checkout = locking->request.checkout_id();
    wanted.locked_at = in.now();
  } else {
    outcome.kind = Outcome::Kind::kRepriced;
  }
  co_await locking->parts->store->save(in, read, wanted);
  co_return outcome;
}

task<void> requireCompleted(const Parts& parts, store::Transaction& in, std::string id_hash, std::string checkout) {
  const Cart cart = co_await take(parts, in, std::move(id_hash));
  if (!repeats(cart, checkout))
    throw conflict("CART_NOT_LOCKED", "the checkout " + checkout + " does not hold this cart");
}

task<Cart> giveBack(std::shared_ptr<const Parts> parts, std::string id_hash, std::string checkout,
                    store::Transaction& in) {
  const Cart read = co_await take(*parts, in, id_hash);
  if (read.checkout != checkout) {
    const auto known = co_await parts->store->givenBack(in, checkout);
    if (!known) co_await parts->store->giveBack(in, checkout, id_hash, 0);
    co_return read;
  }
  if (read.state != State::kCheckingOut) co_return read;  // it has become an order
  Cart wanted = read;
  wanted.state = State::kActive;
  wanted.checkout.clear();
  wanted.locked_at.reset();
  wanted.version = read.version + 1;
  wanted.updated_at = in.now();
  wanted.expires_at = in.now() + parts->terms.lifetime;
  co_await parts->store->save(in, read, wanted);
  co_await parts->store->giveBack(in, std::move(checkout), std::move(id_hash), wanted.version);
  co_return wanted;
}

task<void> complete(std::shared_ptr<const Parts> parts, std::string id_hash, std::string checkout,
                    store::Transaction& in) {
  const bool now = co_await parts->store->complete(in, id_hash, checkout);
  if (!now) {
    co_await requireCompleted(*parts, in, std::move(id_hash), std::move(checkout));
    co_return;
  }
  v1::CartCompleted completed;
  completed.set_checkout_id(checkout);
  store::Event event = makeEvent(completed);
  co_await in.emit(std::move(event));
}

}  // namespace

task<v1::LockResponse> lock(std::shared_ptr<const Parts> parts, rpc::Context context, v1::LockRequest request) {
  Locking locking{parts, std::move(request), "", 0, {}};
  locking.id_hash = parts->hashOf(locking.request.cart_id());
  for (int tries = 0; tries < kTries; ++tries) {
    const Cart cart = co_await look(parts, locking.id_hash);
    if (cart.state == State::kActive) {
      requireComplete(cart);
      locking.version = cart.version;
      locking.quotes = co_await quote(parts, context, questionOf(cart));
    }
    auto shared = std::make_shared<const Locking>(locking);
    auto body = [shared](store::Transaction& in) { return tryLock(shared, in); };
    const Outcome outcome = co_await parts->database->transact(context, std::move(body));
    if (outcome.kind == Outcome::Kind::kMoved) continue;
    if (outcome.kind == Outcome::Kind::kRepriced) throw cartChanged("has another total than it last showed");
    v1::LockResponse response;
    *response.mutable_cart() = messageOf(outcome.cart, locking.request.cart_id());
    co_return response;
  }
  throw cartChanged("was changed while it was being locked");
}

task<v1::ReopenResponse> reopen(std::shared_ptr<const Parts> parts, rpc::Context context, v1::ReopenRequest request) {
  const std::string id_hash = parts->hashOf(request.cart_id());
  auto body = [parts, id_hash, checkout = request.checkout_id()](store::Transaction& in) {
    return giveBack(parts, id_hash, checkout, in);
  };
  const Cart cart = co_await parts->database->transact(std::move(context), std::move(body));
  v1::ReopenResponse response;
  *response.mutable_cart() = messageOf(cart, request.cart_id());
  co_return response;
}

task<v1::CloseResponse> close(std::shared_ptr<const Parts> parts, rpc::Context context, v1::CloseRequest request) {
  const std::string id_hash = parts->hashOf(request.cart_id());
  auto body = [parts, id_hash, checkout = request.checkout_id()](store::Transaction& in) {
    return complete(parts, id_hash, checkout, in);
  };
  co_await parts->database->transact(std::move(context), std::move(body));
  co_return v1::CloseResponse();
}

}  // namespace kontor::cart
