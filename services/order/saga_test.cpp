#include "services/order/shop_test.hpp"

namespace kontor::order {
namespace {

using cart::v1::Cart;
using inventory::v1::Reservation;
using payment::v1::Payment;

TEST(Saga, ApprovedIsBoughtOnce) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 2}, {"blue", 1}});
  const auto paid = shop.pay(cart, "tok_approve");
  ASSERT_EQ(paid.reason(), "OK");
  EXPECT_EQ(paid.answer->payment().state(), Payment::STATE_AUTHORIZED);
  EXPECT_EQ(paid.answer->cart().state(), Cart::STATE_CHECKING_OUT);
  EXPECT_EQ(paid.status(), 0);  // the contract's 201
  EXPECT_EQ(shop.inventory.available("red"), 8);
  const auto bought = shop.complete(cart);
  ASSERT_EQ(bought.reason(), "OK");
  EXPECT_EQ(bought.status(), 201);
  const v1::Order& order = bought.answer->order();
  EXPECT_EQ(order.number(), "1001");
  EXPECT_EQ(order.status(), v1::Order::STATUS_CONFIRMED);
  EXPECT_EQ(order.payment_status(), v1::Order::PAYMENT_STATUS_AUTHORIZED);
  EXPECT_EQ(order.totals().total().amount(), 3500);
  EXPECT_EQ(order.lines_size(), 2);
  EXPECT_GE(order.token().size(), 26U);
  EXPECT_EQ(order.history_size(), 2);
  const auto again = shop.complete(cart);
  EXPECT_EQ(again.status(), 200);
  EXPECT_EQ(again.answer->order().id(), order.id());
  EXPECT_EQ(again.answer->order().token(), order.token());
  EXPECT_EQ(shop.pay(cart, "tok_approve").reason(), "CART_CLOSED");
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_COMPLETED);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM outbox WHERE type = 'order.placed'"), 1);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM outbox WHERE type = 'order.confirmed'"), 1);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
  EXPECT_EQ(shop.complete(cart).answer->order().id(), order.id());
}

// Who hears of an order need not ask what was bought, nor whether the buyer still has to pay.
TEST(Saga, EventsSayWhatWasBoughtAndWhetherPaymentIsOpen) {
  const auto events = [](Shop& shop, const std::string& type, const std::string& part) {
    return shop.number("SELECT COUNT(*) FROM outbox WHERE type = '" + type + "' AND instr(data, '" + part + "') > 0");
  };
  for (const bool open : {false, true}) {
    Shop shop;
    const std::string cart = shop.carts.add({{"red", 2}});
    shop.pay(cart, open ? "tok_timeout" : "tok_approve");
    shop.complete(cart);
    shop.settle();
    EXPECT_EQ(events(shop, "order.placed", R"("awaitsPayment":true)"), open ? 1 : 0);
    for (const std::string type : {"order.placed", "order.confirmed"}) {
      EXPECT_EQ(events(shop, type, R"("sku":"red")"), 1) << type << " " << open;
      EXPECT_EQ(events(shop, type, R"("amount":2500)"), 1) << type << " " << open;
    }
  }
}

// A call that fails ends the drive only when the other one has ended too.
TEST(Saga, ACommitAndACloseThatFailAreTriedAgain) {
  for (const bool of_the_commit : {true, false}) {
    Shop shop;
    const std::string cart = shop.carts.add({{"red", 1}});
    shop.pay(cart, "tok_approve");
    (of_the_commit ? shop.inventory.away : shop.carts.away) = true;
    const auto outcome = shop.complete(cart);
    EXPECT_EQ(outcome.status(), 202);
    EXPECT_EQ(shop.carts.state(cart), of_the_commit ? Cart::STATE_COMPLETED : Cart::STATE_CHECKING_OUT);
    EXPECT_EQ(shop.inventory.inState(Reservation::STATE_COMMITTED), of_the_commit ? 0 : 1);
    shop.settle();
    EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
    EXPECT_EQ(shop.faults(), "");
  }
}

TEST(Saga, NothingSecretLiesOpenInTheDatabase) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const std::string token = shop.buy(cart, "tok_approve").answer->order().token();
  const std::string open =
      "SELECT COUNT(*) FROM checkout c, orders o, checkout_kept k WHERE instr(hex(c.cart_id), hex('" + cart +
      "')) > 0 OR "
      "instr(hex(k.body), hex('example.org')) > 0 OR instr(hex(o.personal), hex('example.org')) > 0 OR "
      "instr(hex(o.token), hex('" +
      token + "')) > 0 OR instr(hex(k.body), hex('" + token + "')) > 0";
  EXPECT_EQ(shop.number(open), 0);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM outbox WHERE instr(data, '" + cart + "') > 0"), 0);
}

TEST(Saga, DeclinedLeavesNothingAndCanBePaidAgain) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto declined = shop.pay(cart, "tok_decline");
  EXPECT_EQ(declined.reason(), "PAYMENT_DECLINED");
  EXPECT_EQ(declined.status(), 402);
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);
  EXPECT_EQ(shop.inventory.available("red"), 10);
  EXPECT_EQ(shop.complete(cart).reason(), "PAYMENT_REQUIRED");
  EXPECT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
  EXPECT_EQ(shop.complete(cart).status(), 201);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, RefusalsBeforeMoney) {
  Shop shop;
  EXPECT_EQ(shop.pay("cart_nobody", "tok_approve").status(), 404);
  EXPECT_EQ(shop.complete("cart_nobody").status(), 404);
  const std::string cart = shop.carts.add({{"rare", 2}, {"red", 1}});
  const auto short_of = shop.pay(cart, "tok_approve");
  EXPECT_EQ(short_of.reason(), "OUT_OF_STOCK");
  EXPECT_EQ(short_of.status(), 409);
  ASSERT_EQ(short_of.error->details().size(), 2U);
  EXPECT_EQ(std::get<std::string>(short_of.error->details()[0].second), "rare");
  EXPECT_EQ(std::get<std::int64_t>(short_of.error->details()[1].second), 1);
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);
  EXPECT_EQ(shop.inventory.available("red"), 10);
  const std::string priced = shop.carts.add({{"red", 1}});
  shop.carts.reprices = true;
  EXPECT_EQ(shop.pay(priced, "tok_approve").reason(), "CART_CHANGED");
  EXPECT_EQ(shop.pay(priced, "tok_approve").reason(), "OK");
  const std::string bare = shop.carts.add({{"red", 1}});
  shop.carts.carts[bare].cart.clear_email();
  const auto incomplete = shop.pay(bare, "tok_approve");
  EXPECT_EQ(incomplete.status(), 400);
  EXPECT_EQ(incomplete.error->fields().at(0).path, "email");
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, UnknownProviderIsToldAndUndone) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  v1::PayRequest request;
  request.set_cart_id(cart);
  request.set_provider("bank of nowhere");
  request.set_token("tok_approve");
  const auto paid = shop.get<v1::PayResponse>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) { return orders->Pay(context, request); });
  EXPECT_EQ(paid.status(), 400);
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);
  EXPECT_EQ(shop.inventory.available("red"), 10);
}

TEST(Saga, ActionApprovedCompletesWithoutTheBuyer) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto paid = shop.pay(cart, "tok_requires_action");
  ASSERT_EQ(paid.reason(), "OK");
  EXPECT_EQ(paid.answer->payment().next_action().type(), "redirect");
  const auto early = shop.complete(cart);
  EXPECT_EQ(early.reason(), "PAYMENT_ACTION_REQUIRED");
  EXPECT_EQ(std::get<std::string>(early.error->details().at(1).second), paid.answer->payment().next_action().url());
  shop.payments.decide(shop.onlyRef(), true);
  shop.world.runFor(2s);
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
  EXPECT_EQ(shop.complete(cart).status(), 200);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, ReturningBuyerIsFasterThanTheWebhook) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  shop.pay(cart, "tok_requires_action");
  shop.payments.accounts.at(shop.onlyRef()).provider = "authorized";  // and the webhook is lost
  EXPECT_EQ(shop.complete(cart).status(), 201);
}

TEST(Saga, ActionDeclinedOpensTheCart) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  shop.pay(cart, "tok_requires_action");
  shop.payments.decide(shop.onlyRef(), false);
  shop.world.runFor(2s);
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);
  EXPECT_EQ(shop.complete(cart).reason(), "PAYMENT_REQUIRED");
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, SlowIsWaitedFor) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto paid = shop.pay(cart, "tok_slow");
  EXPECT_EQ(paid.answer->payment().state(), Payment::STATE_AUTHORIZED);
  EXPECT_GE(shop.world.elapsed(), 2s);
  EXPECT_EQ(shop.complete(cart).status(), 201);
}

TEST(Saga, TimeoutIsAskedAbout) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto paid = shop.pay(cart, "tok_timeout");
  EXPECT_EQ(paid.status(), 202);
  EXPECT_EQ(paid.answer->payment().id(), "pay_1");
  EXPECT_EQ(shop.pay(cart, "tok_approve").reason(), "PAYMENT_PENDING");
  const auto pending = shop.complete(cart);
  EXPECT_EQ(pending.status(), 202);
  EXPECT_EQ(pending.answer->order().status(), v1::Order::STATUS_PENDING);
  EXPECT_EQ(pending.answer->order().payment_status(), v1::Order::PAYMENT_STATUS_AWAITING);
  shop.world.runFor(3s);
  const auto done = shop.complete(cart);
  EXPECT_EQ(done.status(), 200);
  EXPECT_EQ(done.answer->order().id(), pending.answer->order().id());
  EXPECT_EQ(done.answer->order().status(), v1::Order::STATUS_CONFIRMED);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, NeverKnownIsCalledOff) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  EXPECT_EQ(shop.pay(cart, "tok_unknown", "the-pay-key-0000000000").status(), 202);
  EXPECT_EQ(shop.complete(cart).status(), 202);
  shop.world.runFor(60s);
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "cancelled");
  EXPECT_EQ(shop.text("SELECT reason FROM checkout"), "PAYMENT_FAILED");
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);
  EXPECT_EQ(shop.pay(cart, "tok_unknown", "the-pay-key-0000000000").reason(), "PAYMENT_DECLINED");
  EXPECT_EQ(shop.complete(cart).reason(), "PAYMENT_REQUIRED");
  EXPECT_EQ(shop.buy(cart, "tok_approve").status(), 201);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, ExpiresAndLeavesNothing) {
  for (const char* token : {"tok_approve", "tok_requires_action"}) {
    Shop shop(1, "order:\n  checkout.hold: 20s\n");
    const std::string cart = shop.carts.add({{"red", 1}});
    shop.pay(cart, token);
    shop.world.runFor(19s);
    EXPECT_EQ(shop.carts.state(cart), Cart::STATE_CHECKING_OUT) << token;
    shop.world.runFor(3s);
    EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE) << token;
    EXPECT_EQ(shop.text("SELECT reason FROM checkout"), "EXPIRED");
    EXPECT_EQ(shop.complete(cart).reason(), "PAYMENT_REQUIRED");
    shop.settle();
    EXPECT_EQ(shop.faults(), "");
  }
}

TEST(Saga, LateMoneyBuysAnUnchangedCart) {
  Shop shop(1, "order:\n  checkout.hold: 20s\n");
  const std::string cart = shop.carts.add({{"red", 1}});
  shop.pay(cart, "tok_late_webhook");
  shop.world.runFor(23s);
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);  // expired, and the void was ignored
  shop.world.runFor(10s);
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_COMPLETED);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, LateMoneyGoesBackWhenThingsHaveChanged) {
  for (const int what : {0, 1, 2}) {
    Shop shop(1, "order:\n  checkout.hold: 20s\n");
    const std::string cart = shop.carts.add({{"rare", 1}});
    shop.pay(cart, "tok_late_webhook");
    shop.world.runFor(23s);
    if (what == 0) shop.carts.edit(cart);
    if (what == 1) shop.inventory.on_hand["rare"] = 0;
    if (what == 2) {
      ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
    }
    shop.world.runFor(10s);
    EXPECT_EQ(shop.payments.inForce(), what == 2 ? 1 : 0) << what;
    if (what == 2) {
      EXPECT_EQ(shop.complete(cart).status(), 201);
    }
    shop.settle();
    EXPECT_EQ(shop.faults(), "") << what;
  }
}

TEST(Saga, PayingAgainReplaces) {
  Shop shop;
  const std::string cart = shop.carts.add({{"rare", 1}});
  ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
  ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");  // not blocked by one's own hold
  ASSERT_EQ(shop.pay(cart, "tok_requires_action").reason(), "OK");
  ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
  EXPECT_EQ(shop.payments.inForce(), 1);
  EXPECT_EQ(shop.complete(cart).status(), 201);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM checkout WHERE reason = 'REPLACED'"), 3);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, PayingAgainInVainReleasesBoth) {
  Shop shop;
  const std::string cart = shop.carts.add({{"rare", 1}});
  ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
  EXPECT_EQ(shop.pay(cart, "tok_decline").reason(), "PAYMENT_DECLINED");
  EXPECT_EQ(shop.inventory.available("rare"), 1);
  ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
  shop.carts.reprices = true;
  EXPECT_EQ(shop.pay(cart, "tok_approve").reason(), "CART_CHANGED");
  EXPECT_EQ(shop.inventory.available("rare"), 1);
  EXPECT_EQ(shop.payments.inForce(), 0);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Saga, ChangingTheCartReleases) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto release = [&](const std::string& id) {
    return shop.get<v1::ReleaseCheckoutResponse>([id](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
      v1::ReleaseCheckoutRequest request;
      request.set_checkout_id(id);
      return orders->ReleaseCheckout(context, request);
    });
  };
  shop.pay(cart, "tok_approve");
  EXPECT_EQ(release(shop.onlyRef()).reason(), "OK");
  EXPECT_EQ(release(shop.onlyRef()).reason(), "OK");
  EXPECT_EQ(shop.carts.state(cart), Cart::STATE_ACTIVE);
  EXPECT_EQ(shop.payments.inForce(), 0);
  shop.pay(cart, "tok_timeout");
  EXPECT_EQ(release(shop.onlyRef()).reason(), "PAYMENT_PENDING");
  shop.world.runFor(5s);
  EXPECT_EQ(release(shop.onlyRef()).reason(), "CART_CLOSED");
  EXPECT_EQ(release("chk_nobody").reason(), "NOT_FOUND");
}

TEST(Saga, TwoTabsPayAtOnce) {
  int replaced = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Shop shop(seed);
    const std::string cart = shop.carts.add({{"rare", 1}});
    const auto one = shop.startPay(cart, "tok_approve");
    for (std::uint64_t i = 0; i < seed * 2; ++i) shop.world.step();
    const auto two = shop.startPay(cart, "tok_approve");
    const auto first = shop.await(one);
    const auto second = shop.await(two);
    const bool both = first.answer && second.answer;
    replaced += both ? 1 : 0;
    EXPECT_TRUE(first.answer || second.answer);
    const std::string loser = first.answer ? second.reason() : first.reason();
    EXPECT_TRUE(both || loser == "PAYMENT_PENDING") << loser;
    EXPECT_EQ(shop.payments.inForce(), 1) << seed;
    EXPECT_EQ(shop.complete(cart).status(), 201) << seed;
    shop.settle();
    EXPECT_EQ(shop.faults(), "") << seed;
  }
  EXPECT_GT(replaced, 0);
  EXPECT_LT(replaced, 60);
}

TEST(Saga, SecondCompleteWaitsForTheFirst) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  shop.pay(cart, "tok_approve");
  std::vector<Reply<v1::CompleteResponse>> replies;
  for (int i = 0; i < 5; ++i) replies.push_back(shop.startComplete(cart));
  int made = 0;
  for (const auto& reply : replies) {
    const auto outcome = shop.await(reply);
    ASSERT_TRUE(outcome.answer) << outcome.reason();
    made += outcome.status() == 201 ? 1 : 0;
    EXPECT_EQ(outcome.answer->order().number(), "1001");
    EXPECT_EQ(outcome.answer->order().status(), v1::Order::STATUS_CONFIRMED);
  }
  EXPECT_EQ(made, 1);
}

TEST(Saga, AHoldLostWhileCompletingIsTakenAgainOrTheOrderCancelled) {
  for (const bool sold_out : {false, true}) {
    Shop shop;
    const std::string cart = shop.carts.add({{"rare", 1}});
    shop.pay(cart, "tok_approve");
    shop.inventory.loses_holds = true;
    if (sold_out) shop.inventory.on_hand["rare"] = 0;
    const auto outcome = shop.complete(cart);
    EXPECT_EQ(outcome.answer->order().status(), sold_out ? v1::Order::STATUS_CANCELLED : v1::Order::STATUS_CONFIRMED);
    shop.settle();
    EXPECT_EQ(shop.faults(), "");
  }
}

TEST(Keys, GiveTheFirstAnswerAgain) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto declined = shop.pay(cart, "tok_decline", "key-a");
  EXPECT_EQ(shop.pay(cart, "tok_decline", "key-a").reason(), "PAYMENT_DECLINED");
  EXPECT_EQ(shop.payments.accounts.size(), 1U);
  EXPECT_EQ(shop.pay(cart, "tok_approve", "key-a").status(), 422);
  const auto paid = shop.pay(cart, "tok_approve", "key-b");
  ASSERT_EQ(paid.reason(), "OK");
  EXPECT_EQ(shop.pay(cart, "tok_approve", "key-b").answer->SerializeAsString(), paid.answer->SerializeAsString());
  EXPECT_EQ(shop.payments.accounts.size(), 2U);
  const auto bought = shop.complete(cart, "key-c");
  EXPECT_EQ(bought.status(), 201);
  const auto again = shop.complete(cart, "key-c");
  EXPECT_EQ(again.status(), 0);  // the contract's 201, as the first time
  EXPECT_EQ(again.answer->order().SerializeAsString(), bought.answer->order().SerializeAsString());
  EXPECT_EQ(shop.complete(cart, "key-c", "another body").status(), 422);
  EXPECT_EQ(shop.complete(cart, "key-d").status(), 200);
  EXPECT_EQ(shop.pay(cart, "tok_approve", "key-b").answer->SerializeAsString(), paid.answer->SerializeAsString());
  EXPECT_EQ(shop.pay(cart, "tok_decline", "key-a").reason(), "PAYMENT_DECLINED");
}

TEST(Keys, WhatStillRunsSaysSo) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto first = shop.startPay(cart, "tok_slow", "key-a");
  shop.world.runFor(1s);
  EXPECT_EQ(shop.pay(cart, "tok_slow", "key-a").reason(), "REQUEST_IN_PROGRESS");
  EXPECT_EQ(shop.pay(cart, "tok_slow", "key-b").reason(), "PAYMENT_PENDING");
  EXPECT_EQ(shop.await(first).reason(), "OK");
  EXPECT_EQ(shop.pay(cart, "tok_slow", "key-a").reason(), "OK");
  EXPECT_EQ(shop.payments.accounts.size(), 1U);
}

TEST(Keys, ARepeatResumesAnUnknownPayment) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  EXPECT_EQ(shop.pay(cart, "tok_timeout", "key-a").status(), 202);
  const auto repeated = shop.pay(cart, "tok_timeout", "key-a");
  EXPECT_EQ(repeated.status(), 0);
  EXPECT_EQ(repeated.answer->payment().state(), Payment::STATE_AUTHORIZED);
  EXPECT_EQ(shop.payments.accounts.size(), 1U);
}

}  // namespace
}  // namespace kontor::order
