#include <gtest/gtest.h>

#include <atomic>

#include "services/cart/counter_test.hpp"

namespace kontor::cart {
namespace {

using Strings = std::vector<std::string>;

TEST(Lock, NamesAllThatIsMissing) {
  Counter shop;
  const std::string id = shop.open().id();
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_1"); }), "INVALID_ARGUMENT lines email shippingAddress shipping");
  shop.add(id, "shirt");
  shop.ship(id);
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_1"); }), "INVALID_ARGUMENT email shippingAddress");
  EXPECT_EQ(shop.read(id).state(), v1::Cart::STATE_ACTIVE);
}

TEST(Lock, FreezesTheCartForOneCheckout) {
  Counter shop;
  const v1::Cart ready = shop.ready();
  const v1::Cart locked = shop.lock(ready.id(), "chk_1");
  EXPECT_EQ(locked.state(), v1::Cart::STATE_CHECKING_OUT);
  EXPECT_EQ(locked.version(), ready.version() + 1);
  EXPECT_EQ(locked.totals().total().amount(), 1'999 + 490);
  EXPECT_EQ(locked.email(), "ada@example.com");
  // Repeated, also after a price change: the cart as it was frozen.
  shop.neighbours().offers["shirt"].price = 1;
  EXPECT_EQ(shop.lock(ready.id(), "chk_1").SerializeAsString(), locked.SerializeAsString());
  try {
    shop.lock(ready.id(), "chk_2");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.reason(), "PAYMENT_PENDING");
    EXPECT_EQ(error.status(), 409);
    EXPECT_EQ(error.details().at(0), Detail("checkoutId", "chk_1"));
  }
}

TEST(Lock, OfACartWithANewPriceShowsItAndLocksNothing) {
  Counter shop;
  const v1::Cart ready = shop.ready();
  shop.neighbours().offers["shirt"].price = 2'499;
  EXPECT_EQ(refusal([&] { shop.lock(ready.id(), "chk_1"); }), "CART_CHANGED");
  const v1::Cart repriced = shop.read(ready.id());
  EXPECT_EQ(repriced.state(), v1::Cart::STATE_ACTIVE);
  EXPECT_EQ(repriced.totals().total().amount(), 2'499 + 490);
  EXPECT_EQ(repriced.version(), ready.version() + 1);
  EXPECT_EQ(shop.lock(ready.id(), "chk_1").totals().total().amount(), 2'499 + 490);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Lock, DropsWhatIsNoLongerOnSale) {
  Counter shop;
  const std::string id = shop.ready().id();
  shop.add(id, "mug");
  shop.neighbours().offers.erase("mug");
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_1"); }), "CART_CHANGED");
  EXPECT_EQ(shop.read(id).lines_size(), 1);
  EXPECT_EQ(shop.lock(id, "chk_1").lines_size(), 1);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Lock, OfACartThatChangesMeanwhileFreezesWhatItHasBecome) {
  Counter shop;
  const std::string id = shop.ready().id();
  bool added = false;
  shop.neighbours().after_quote = [&]() -> task<void> {
    if (std::exchange(added, true)) co_return;
    auto work = shop.carts().AddLine({}, Counter::lineOf(id, "cap"));
    co_await work;
  };
  EXPECT_EQ(shop.lock(id, "chk_1").totals().total().amount(), 1'999 + 1'250 + 490);
}

TEST(Lock, OfManyCheckoutsAtOnceIsWonByOne) {
  Counter shop;
  const std::string id = shop.ready().id();
  std::atomic<int> locked = 0;
  std::atomic<int> pending = 0;
  const auto tab = [](Counter& in, std::string cart, int number, std::atomic<int>& won,
                      std::atomic<int>& lost) -> task<void> {
    try {
      auto work = in.carts().Lock({}, Counter::locking(cart, "chk_" + std::to_string(number)));
      co_await work;
      ++won;
    } catch (const Error& error) {
      KONTOR_ASSERT(error.reason() == "PAYMENT_PENDING", "the losers learn why");
      ++lost;
    }
  };
  std::vector<task<void>> tabs;
  for (int i = 0; i < 30; ++i) tabs.push_back(tab(shop, id, i, locked, pending));
  shop.world().run(std::move(tabs));
  EXPECT_EQ(locked, 1);
  EXPECT_EQ(pending, 29);
}

TEST(Edit, OfALockedCartGivesTheOldCheckoutUpFirst) {
  Counter shop;
  const std::string id = shop.ready().id();
  const v1::Cart locked = shop.lock(id, "chk_1");
  shop.neighbours().release = [&carts = shop.carts(), id](std::string checkout) -> task<void> {
    v1::ReopenRequest request;
    request.set_cart_id(id);
    request.set_checkout_id(checkout);
    auto work = carts.Reopen({}, std::move(request));
    co_await work;
  };
  const v1::Cart changed = shop.add(id, "cap", 1, Counter::matching(locked.version()));
  EXPECT_EQ(shop.neighbours().released, Strings({"chk_1"}));
  EXPECT_EQ(changed.state(), v1::Cart::STATE_ACTIVE);
  EXPECT_EQ(changed.lines_size(), 2);
  EXPECT_EQ(changed.version(), locked.version() + 2);
  EXPECT_EQ(refusal([&] { shop.add(id, "cap", 1, Counter::matching(1)); }), "VERSION_MISMATCH");
}

TEST(Edit, IsRefusedWhileMoneyMayMove) {
  Counter shop;
  const std::string id = shop.ready().id();
  shop.lock(id, "chk_1");
  shop.neighbours().release = [](std::string) -> task<void> {
    throw Error(Code::kFailedPrecondition, "PAYMENT_PENDING", "the outcome is not known yet").withStatus(409);
    co_return;
  };
  EXPECT_EQ(refusal([&] { shop.add(id, "cap"); }), "PAYMENT_PENDING");
  EXPECT_EQ(refusal([&] { shop.update(Counter::addressed(id, "FR")); }), "PAYMENT_PENDING");
  EXPECT_EQ(shop.read(id).lines_size(), 1);
}

TEST(Edit, RepeatedWithItsKeyAfterTheLockDisturbsNothing) {
  Counter shop;
  const std::string id = shop.ready().id();
  const v1::Cart added = shop.add(id, "cap", 1, Counter::keyed("add-cap"));
  shop.lock(id, "chk_1");
  EXPECT_EQ(shop.add(id, "cap", 1, Counter::keyed("add-cap")).version(), added.version());
  EXPECT_EQ(shop.neighbours().released, Strings());
  EXPECT_EQ(shop.read(id).state(), v1::Cart::STATE_CHECKING_OUT);
}

TEST(Reopen, GivesTheCartBackOnceAndRefusesTheLateLock) {
  Counter shop;
  const std::string id = shop.ready().id();
  const v1::Cart locked = shop.lock(id, "chk_1");
  const v1::Cart open = shop.reopen(id, "chk_1");
  EXPECT_EQ(open.state(), v1::Cart::STATE_ACTIVE);
  EXPECT_EQ(open.version(), locked.version() + 1);
  EXPECT_EQ(shop.reopen(id, "chk_1").version(), open.version());
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_1"); }), "CHECKOUT_CLOSED");
  // A checkout that gave up before its Lock arrived.
  EXPECT_EQ(shop.reopen(id, "chk_early").version(), open.version());
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_early"); }), "CHECKOUT_CLOSED");
  EXPECT_EQ(shop.lock(id, "chk_2").state(), v1::Cart::STATE_CHECKING_OUT);
  // Not its own: changes nothing.
  EXPECT_EQ(shop.reopen(id, "chk_1").state(), v1::Cart::STATE_CHECKING_OUT);
}

TEST(Reopen, LetsALateAuthorisationLockTheUnchangedCartAgain) {
  Counter shop;
  const std::string id = shop.ready().id();
  shop.lock(id, "chk_1");
  shop.reopen(id, "chk_1");
  EXPECT_EQ(shop.lock(id, "chk_1", "chk_1").state(), v1::Cart::STATE_CHECKING_OUT);
  shop.reopen(id, "chk_1");
  shop.add(id, "cap");
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_1", "chk_1"); }), "CART_CHANGED");
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_3", "chk_unknown"); }), "CART_CHANGED");
  EXPECT_EQ(shop.read(id).state(), v1::Cart::STATE_ACTIVE);
}

TEST(Close, EndsTheCartOnceAndTellsIt) {
  Counter shop;
  const std::string id = shop.ready().id();
  EXPECT_EQ(refusal([&] { shop.close(id, "chk_1"); }), "CART_NOT_LOCKED");
  shop.lock(id, "chk_1");
  EXPECT_EQ(refusal([&] { shop.close(id, "chk_2"); }), "CART_NOT_LOCKED");
  shop.close(id, "chk_1");
  shop.close(id, "chk_1");
  EXPECT_EQ(shop.read(id).state(), v1::Cart::STATE_COMPLETED);
  const store::Rows events = shop.query("SELECT type, subject, data FROM outbox");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text(0), "cart.completed");
  EXPECT_EQ(events[0].text(1), "chk_1");
  EXPECT_EQ(events[0].text(2).find(id), std::string::npos);
  EXPECT_EQ(refusal([&] { shop.add(id, "cap"); }), "CART_CLOSED");
  EXPECT_EQ(refusal([&] { shop.lock(id, "chk_2"); }), "CART_CLOSED");
  EXPECT_EQ(shop.reopen(id, "chk_1").state(), v1::Cart::STATE_COMPLETED);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(GetLocks, TellsWhichCheckoutHoldsACart) {
  Counter shop;
  for (const std::string checkout : {"chk_1", "chk_2", "chk_3"}) shop.lock(shop.ready().id(), checkout);
  const std::string done = shop.ready().id();
  shop.lock(done, "chk_4");
  shop.close(done, "chk_4");
  v1::GetLocksRequest named;
  for (const std::string checkout : {"chk_1", "chk_4", "chk_unknown"}) named.add_checkout_ids(checkout);
  const auto found = shop.get(shop.carts().GetLocks({}, named));
  ASSERT_EQ(found.locks_size(), 2);
  EXPECT_EQ(found.locks(0).state(), v1::Cart::STATE_CHECKING_OUT);
  EXPECT_EQ(found.locks(1).state(), v1::Cart::STATE_COMPLETED);
  v1::GetLocksRequest since;
  since.mutable_locked_before()->set_seconds(32'000'000'000);
  since.set_after("chk_1");
  const auto held = shop.get(shop.carts().GetLocks({}, since));
  ASSERT_EQ(held.locks_size(), 2);
  EXPECT_EQ(held.locks(0).checkout_id(), "chk_2");
  since.mutable_locked_before()->set_seconds(1);
  EXPECT_EQ(shop.get(shop.carts().GetLocks({}, since)).locks_size(), 0);
}

}  // namespace
}  // namespace kontor::cart
