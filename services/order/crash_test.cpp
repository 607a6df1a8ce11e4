#include "services/order/shop_test.hpp"

// The process dies at every step of every kind of checkout, and the power goes; each time the buyer comes back, repeats
// the calls, and must end with exactly one order and nothing left behind.
namespace kontor::order {
namespace {

struct Path {
  const char* token;
  std::uint64_t stride;  // every so many steps: long waits have many steps that are alike
};

std::ostream& operator<<(std::ostream& out, const Path& path) { return out << path.token; }

class CrashTest : public ::testing::TestWithParam<Path> {};

std::uint64_t stepsOfPurchase(const char* token, std::uint64_t& first) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}, {"blue", 2}});
  first = shop.world.steps() + 1;
  EXPECT_EQ(shop.buy(cart, token).answer->order().status(), v1::Order::STATUS_CONFIRMED);
  return shop.world.steps();
}

TEST_P(CrashTest, AtEveryStepEndsInOneOrder) {
  std::uint64_t first = 0;
  const std::uint64_t last = stepsOfPurchase(GetParam().token, first);
  ASSERT_GT(last, first + 20);
  int crashes = 0;
  for (std::uint64_t step = first; step <= last; step += GetParam().stride) {
    for (const bool power : {false, true}) {
      Shop shop;
      const std::string cart = shop.carts.add({{"red", 1}, {"blue", 2}});
      shop.crashAt(step, power);
      const auto bought = shop.buy(cart, GetParam().token);
      ASSERT_TRUE(bought.answer) << "step " << step << " power " << power;
      shop.settle();
      ASSERT_EQ(shop.faults(), "") << "step " << step << " power " << power;
      ASSERT_EQ(shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'"), 1) << "step " << step;
      ASSERT_EQ(shop.inventory.available("red"), 9);
      ++crashes;
    }
  }
  RecordProperty("crashes", crashes);
}

INSTANTIATE_TEST_SUITE_P(Tokens, CrashTest,
                         ::testing::Values(Path{"tok_approve", 1}, Path{"tok_decline", 1}, Path{"tok_slow", 2},
                                           Path{"tok_requires_action", 2}, Path{"tok_timeout", 3},
                                           Path{"tok_unknown", 5}));

TEST(Crash, WithoutABuyerLeavesNothing) {
  std::uint64_t first = 0;
  const std::uint64_t last = stepsOfPurchase("tok_approve", first);
  for (std::uint64_t step = first; step <= last; ++step) {
    Shop shop;
    const std::string cart = shop.carts.add({{"red", 1}, {"blue", 2}});
    shop.crashAt(step, step % 2 == 0);
    const auto paid = shop.pay(cart, "tok_approve");
    if (paid.answer) shop.complete(cart);
    shop.settle();
    ASSERT_EQ(shop.faults(), "") << "step " << step;
  }
}

TEST(Crash, WhilePayingAgainLeavesOneAuthorisation) {
  for (std::uint64_t step = 1; step < 120; ++step) {
    Shop shop;
    const std::string cart = shop.carts.add({{"rare", 1}});
    ASSERT_EQ(shop.pay(cart, "tok_approve").reason(), "OK");
    shop.crashAt(shop.world.steps() + step, step % 2 == 0);
    const auto bought = shop.buy(cart, "tok_approve");
    ASSERT_TRUE(bought.answer) << "step " << step;
    shop.settle();
    ASSERT_EQ(shop.faults(), "") << "step " << step;
  }
}

TEST(Crash, WhileCancellingPaysBack) {
  for (std::uint64_t step = 1; step < 40; ++step) {
    Shop shop;
    const std::string cart = shop.carts.add({{"red", 1}});
    const std::string id = shop.buy(cart, "tok_approve").answer->order().id();
    shop.crashAt(shop.world.steps() + step, step % 2 == 0);
    v1::CancelOrderRequest request;
    request.set_id(id);
    for (int tries = 0; tries < 3; ++tries) {
      const auto cancelled =
          shop.get<v1::CancelResponse>([request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
            return orders->CancelOrder(context, request);
          });
      if (cancelled.answer) break;
    }
    shop.settle();
    ASSERT_EQ(shop.text("SELECT payment_status FROM orders"), "voided") << "step " << step;
    ASSERT_EQ(shop.inventory.available("red"), 10) << "step " << step;
    ASSERT_EQ(shop.faults(), "") << "step " << step;
  }
}

TEST(Crash, WithLateMoneyEndsInAnOrderOrARefund) {
  for (std::uint64_t step = 1; step < 60; ++step) {
    Shop shop;
    const std::string cart = shop.carts.add({{"rare", 1}});
    shop.pay(cart, "tok_late_webhook");
    shop.world.runUntil([&] { return shop.payments.inForce() > 0; }, 100s);
    for (std::uint64_t i = 0; i < step * 2; ++i) shop.world.step();
    shop.crash(step % 2 == 0);
    shop.settle();
    ASSERT_EQ(shop.faults(), "") << "step " << step;
    ASSERT_EQ(shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'"), 1) << "step " << step;
  }
}

// A whole shop in bad weather: calls and answers are lost and doubled, the process dies now and then, buyers come in
// crowds and fight for what there is.
TEST(Weather, ManyBuyersLostCallsAndCrashes) {
  constexpr const char* kTokens[] = {"tok_approve",         "tok_decline", "tok_timeout",
                                     "tok_requires_action", "tok_unknown", "tok_slow"};
  std::int64_t orders = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Shop shop(seed);
    shop.wire.faults = {0.05, 0.05, 0.1};
    shop.duplicate_events = true;
    std::vector<std::string> carts;
    std::vector<Reply<v1::PayResponse>> replies;
    for (int i = 0; i < 20; ++i) {
      carts.push_back(shop.carts.add(i % 2 == 0
                                         ? std::vector<std::pair<std::string, std::int64_t>>{{"red", 1}, {"blue", 1}}
                                         : std::vector<std::pair<std::string, std::int64_t>>{{"blue", 1}, {"red", 1}}));
      replies.push_back(shop.startPay(carts.back(), kTokens[shop.world.random().below(6)], "pay-key"));
    }
    for (int round = 0; round < 4; ++round) {
      shop.world.runFor(Duration(static_cast<std::int64_t>(shop.world.random().below(8'000'000))));
      shop.crash(round % 2 == 0);
      for (const std::string& cart : carts) shop.startComplete(cart, "complete-key");
    }
    shop.world.runFor(10s);
    for (const std::string& cart : carts) shop.startComplete(cart);
    shop.world.runFor(60s);
    shop.wire.faults = {};
    shop.settle();
    ASSERT_EQ(shop.faults(), "") << "seed " << seed;
    ASSERT_GE(shop.inventory.available("red"), 0) << "seed " << seed;
    orders += shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'");
  }
  EXPECT_GT(orders, 100);  // the weather is bad, but the shop sells
}

TEST(Weather, TheSameSeedIsTheSameStory) {
  const auto story = [](std::uint64_t seed) {
    Shop shop(seed);
    shop.wire.faults = {0.1, 0.1, 0.1};
    shop.buy(shop.carts.add({{"red", 1}}), "tok_timeout");
    return shop.world.trace();
  };
  EXPECT_EQ(story(7), story(7));
  EXPECT_NE(story(7), story(8));
}

}  // namespace
}  // namespace kontor::order
