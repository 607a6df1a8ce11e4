#include "services/order/shop_test.hpp"

namespace kontor::order {
namespace {

rpc::Context::Data customer(const std::string& id) {
  rpc::Context::Data data;
  data.principal.kind = rpc::Principal::Kind::kCustomer;
  data.principal.id = id;
  return data;
}

Outcome<v1::Order> track(Shop& shop, const std::string& number, const std::string& token,
                         rpc::Context::Data data = {}) {
  v1::TrackOrderRequest request;
  request.set_number(number);
  request.set_token(token);
  return shop.get<v1::Order>([request](std::shared_ptr<v1::Orders> orders,
                                       rpc::Context context) { return orders->TrackOrder(context, request); },
                             std::move(data));
}

Outcome<v1::CancelResponse> cancel(Shop& shop, const std::string& number, const std::string& token,
                                   const std::string& key = "", const std::string& body = "") {
  v1::CancelOwnOrderRequest request;
  request.set_number(number);
  request.set_token(token);
  request.set_reason("changed my mind");
  rpc::Context::Data data;
  if (!key.empty()) data.idempotency = rpc::Idempotency{"anonymous POST /cancel/" + number, key, body};
  return shop.get<v1::CancelResponse>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
        return orders->CancelOwnOrder(context, request);
      },
      std::move(data));
}

Outcome<v1::ListOrdersResponse> list(Shop& shop, const v1::ListOrdersRequest& request) {
  return shop.get<v1::ListOrdersResponse>([request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
    return orders->ListOrders(context, request);
  });
}

v1::Order bought(Shop& shop, const std::string& sku = "red") {
  return shop.buy(shop.carts.add({{sku, 1}}), "tok_approve").answer->order();
}

TEST(Sweep, ForgetsFailedCheckoutsInTime) {
  Shop shop(1, "order:\n  checkout.hold: 60s\n  checkout.keep_failed: 24h\n");
  const v1::Order kept = bought(shop);
  const std::string cart = shop.carts.add({{"red", 1}});
  ASSERT_EQ(shop.pay(cart, "tok_decline", "a-key").reason(), "PAYMENT_DECLINED");
  shop.world.runFor(61min);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM checkout WHERE step = 'failed'"), 1);
  EXPECT_EQ(shop.pay(cart, "tok_decline", "a-key").reason(), "PAYMENT_DECLINED");  // its first answer
  EXPECT_EQ(shop.payments.accounts.size(), 2U);
  shop.execute("UPDATE checkout SET updated_at = updated_at - 86400000000");  // a day ago
  shop.world.runFor(61min);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM checkout WHERE step = 'failed'"), 0);
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM checkout_kept WHERE checkout_id NOT IN (SELECT id FROM checkout)"), 0);
  EXPECT_EQ(shop.text("SELECT id FROM orders"), kept.id());
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM checkout"), 1);
}

TEST(Tracking, NeedsNumberAndToken) {
  Shop shop;
  const v1::Order order = bought(shop);
  const auto found = track(shop, order.number(), order.token());
  ASSERT_TRUE(found.answer);
  EXPECT_EQ(found.answer->email(), "Ada@example.org");
  EXPECT_EQ(found.answer->shipping_address().name(), "Ada");
  EXPECT_EQ(found.answer->token(), "");
  ASSERT_EQ(found.answer->history_size(), 2);
  EXPECT_EQ(found.answer->history(0).event(), "placed");
  EXPECT_EQ(found.answer->history(0).actor(), "customer");
  EXPECT_EQ(found.answer->history(1).event(), "confirmed");
  const std::string message = track(shop, order.number(), "wrong").error->message();
  EXPECT_EQ(track(shop, order.number(), "").error->message(), message);
  EXPECT_EQ(track(shop, order.number(), "wrong", customer("cus_1")).status(), 404);
  EXPECT_EQ(track(shop, "4711", order.token()).status(), 404);
  EXPECT_EQ(track(shop, "1001 OR 1=1", order.token()).status(), 404);
}

TEST(Tracking, AnOwnerNeedsNoToken) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  v1::PayRequest request;
  request.set_cart_id(cart);
  request.set_provider("sandbox");
  request.set_token("tok_approve");
  const auto paid = shop.get<v1::PayResponse>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) { return orders->Pay(context, request); },
      customer("cus_1"));
  ASSERT_EQ(paid.reason(), "OK");
  const std::string number = shop.complete(cart).answer->order().number();
  EXPECT_TRUE(track(shop, number, "", customer("cus_1")).answer);
  EXPECT_EQ(track(shop, number, "", customer("cus_2")).status(), 404);
}

TEST(Listing, PagesThroughNewestFirst) {
  Shop shop;
  shop.inventory.on_hand["red"] = 100;
  for (int i = 0; i < 5; ++i) bought(shop);
  v1::ListOrdersRequest request;
  request.set_page_size(2);
  std::vector<std::string> numbers;
  for (int page = 0; page < 3; ++page) {
    const auto found = list(shop, request);
    ASSERT_TRUE(found.answer);
    for (const v1::Order& order : found.answer->orders()) {
      numbers.push_back(order.number());
      EXPECT_EQ(order.lines_size(), 1);
      EXPECT_EQ(order.token(), "");
    }
    request.set_page_token(found.answer->next_page_token());
  }
  EXPECT_EQ(numbers, (std::vector<std::string>{"1005", "1004", "1003", "1002", "1001"}));
  EXPECT_EQ(request.page_token(), "");
  request.set_status(v1::Order::STATUS_CANCELLED);
  EXPECT_EQ(list(shop, request).answer->orders_size(), 0);
  request.set_page_token("forged");
  EXPECT_EQ(list(shop, request).reason(), "INVALID_ARGUMENT");
}

TEST(Cancelling, GivesEverythingBackAndLeavesTheCartClosed) {
  Shop shop;
  const std::string cart = shop.carts.add({{"rare", 1}});
  const v1::Order order = shop.buy(cart, "tok_approve").answer->order();
  EXPECT_EQ(cancel(shop, order.number(), "wrong").reason(), "NOT_FOUND");
  const auto cancelled = cancel(shop, order.number(), order.token());
  ASSERT_EQ(cancelled.reason(), "OK");
  EXPECT_EQ(cancelled.answer->order().status(), v1::Order::STATUS_CANCELLED);
  EXPECT_EQ(cancelled.answer->order().payment_status(), v1::Order::PAYMENT_STATUS_VOIDED);
  EXPECT_EQ(cancelled.answer->order().history(2).detail(), "changed my mind");
  EXPECT_EQ(shop.payments.inForce(), 0);
  EXPECT_EQ(shop.inventory.available("rare"), 1);
  EXPECT_EQ(shop.carts.state(cart), cart::v1::Cart::STATE_COMPLETED);
  EXPECT_EQ(cancel(shop, order.number(), order.token()).reason(), "OK");
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM outbox WHERE type = 'order.cancelled'"), 1);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Cancelling, IsRefusedOnceSomethingIsShipped) {
  Shop shop;
  const v1::Order order = bought(shop);
  shop.execute("UPDATE orders SET fulfilment_status = 'partially_fulfilled'");
  const auto refused = cancel(shop, order.number(), order.token());
  EXPECT_EQ(refused.reason(), "ORDER_NOT_CANCELLABLE");
  EXPECT_EQ(refused.error->status(), 409);
  EXPECT_EQ(shop.payments.inForce(), 1);
}

TEST(Cancelling, WhilePendingIsRecordedAndDoneLater) {
  for (const char* token : {"tok_timeout", "tok_unknown"}) {
    Shop shop;
    const std::string cart = shop.carts.add({{"red", 1}});
    shop.pay(cart, token);
    const v1::Order order = shop.complete(cart).answer->order();
    const auto wished = cancel(shop, order.number(), order.token());
    EXPECT_EQ(wished.answer->status(), 202);
    EXPECT_EQ(wished.answer->order().status(), v1::Order::STATUS_PENDING);
    shop.settle();
    EXPECT_EQ(shop.text("SELECT status FROM orders"), "cancelled") << token;
    EXPECT_EQ(shop.payments.inForce(), 0);
    EXPECT_EQ(shop.faults(), "");
  }
}

TEST(Cancelling, RepeatedWithItsKeyAnswersTheSame) {
  Shop shop;
  const v1::Order order = bought(shop);
  const auto first = cancel(shop, order.number(), order.token(), "a-key");
  const auto again = cancel(shop, order.number(), order.token(), "a-key");
  EXPECT_EQ(first.answer->SerializeAsString(), again.answer->SerializeAsString());
  EXPECT_EQ(cancel(shop, order.number(), order.token(), "a-key", "another body").error->status(), 422);
  EXPECT_EQ(shop.payments.inForce(), 0);
}

TEST(Consumers, DeliverTwiceAndActOnce) {
  Shop shop;
  shop.duplicate_events = true;
  const std::string cart = shop.carts.add({{"red", 1}});
  shop.pay(cart, "tok_requires_action");
  shop.payments.decide(shop.onlyRef(), true);
  shop.world.runFor(3s);
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
  EXPECT_EQ(shop.number("SELECT MAX(nudges) FROM checkout"), 1);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Leases, AnotherReplicaFencesThisOneOff) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto paying = shop.startPay(cart, "tok_slow");
  shop.world.runFor(1s);
  // Another replica believes this one dead and takes the checkout over.
  shop.execute("UPDATE checkout SET epoch = epoch + 1, lease_owner = 'other', lease_until = lease_until + 5000000");
  EXPECT_EQ(shop.await(paying).reason(), "PAYMENT_PENDING");
  EXPECT_EQ(shop.text("SELECT step FROM checkout"), "authorizing");  // not written by the one that lost it
  shop.world.runFor(60s);                                            // and the other one never comes back
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
  EXPECT_EQ(shop.payments.accounts.size(), 1U);
  shop.settle();
  EXPECT_EQ(shop.faults(), "");
}

TEST(Leases, APastLifesCheckoutsAreTakenUpAtOnce) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  shop.startPay(cart, "tok_timeout");
  shop.world.runFor(1s);
  shop.crash();
  shop.world.runFor(3s);  // far less than a lease
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
}

TEST(Leases, AReplicaLeavesOthersAloneWhenItStarts) {
  Shop shop;
  const std::string cart = shop.carts.add({{"red", 1}});
  const auto paying = shop.startPay(cart, "tok_slow");
  shop.world.runFor(1s);
  shop.execute("UPDATE checkout SET lease_owner = 'other/life_1'");
  shop.crash();
  shop.world.runFor(20s);
  EXPECT_EQ(shop.text("SELECT step FROM checkout"), "authorizing");  // its owner's lease still runs
  shop.world.runFor(20s);
  EXPECT_EQ(shop.text("SELECT status FROM orders"), "confirmed");
}

}  // namespace
}  // namespace kontor::order
