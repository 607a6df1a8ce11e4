#include "services/cart/sweep.hpp"

#include "chassis/store/sql.hpp"

namespace kontor::cart {
namespace {

constexpr std::int64_t kAtOnce = 500;

struct Swept {
  std::int64_t carts = 0;
  std::int64_t checkouts = 0;
};

task<Swept> round(const Parts& parts, store::Transaction& in) {
  Swept swept;
  swept.carts = co_await parts.store->expire(in, in.now(), kAtOnce);
  swept.checkouts = co_await parts.store->forget(in, in.now() - parts.terms.lifetime, kAtOnce);
  co_return swept;
}

}  // namespace

task<std::int64_t> sweepCarts(std::shared_ptr<const Parts> parts) {
  std::int64_t ended = 0;
  while (true) {
    auto body = [parts](store::Transaction& in) { return round(*parts, in); };
    const Swept swept = co_await parts->database->transact(rpc::Context::forService("cart"), std::move(body));
    ended += swept.carts;
    if (swept.carts < kAtOnce && swept.checkouts < kAtOnce) co_return ended;
  }
}

}  // namespace kontor::cart
