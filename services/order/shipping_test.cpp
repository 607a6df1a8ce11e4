#include "services/order/shop_test.hpp"

// From a confirmed order to a delivered and paid one, over the contract, in virtual time.
namespace kontor::order {
namespace {

using inventory::v1::Reservation;

rpc::Context::Data staff(const std::string& key = "", const std::string& path = "", const std::string& body = "") {
  rpc::Context::Data data;
  data.principal.kind = rpc::Principal::Kind::kStaff;
  data.principal.id = "usr_eva";
  if (!key.empty()) data.idempotency = rpc::Idempotency{"staff:usr_eva POST " + path, key, body};
  return data;
}

v1::Order bought(Shop& shop) {
  return shop.buy(shop.carts.add({{"red", 1}, {"blue", 2}}), "tok_approve").answer->order();
}

Outcome<v1::Fulfilment> pack(Shop& shop, const std::string& order_id, rpc::Context::Data data = staff()) {
  v1::CreateFulfilmentRequest request;
  request.set_order_id(order_id);
  return shop.get<v1::Fulfilment>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
        return orders->CreateFulfilment(context, request);
      },
      std::move(data));
}

Reply<v1::Fulfilment> startShip(Shop& shop, const std::string& id, rpc::Context::Data data = staff()) {
  v1::ShipFulfilmentRequest request;
  request.set_id(id);
  request.set_carrier("Post");
  request.set_tracking("T-1");
  return shop.start<v1::Fulfilment>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
        return orders->ShipFulfilment(context, request);
      },
      std::move(data));
}

Outcome<v1::Fulfilment> ship(Shop& shop, const std::string& id, rpc::Context::Data data = staff()) {
  return shop.await(startShip(shop, id, std::move(data)));
}

Outcome<v1::Fulfilment> deliver(Shop& shop, const std::string& id) {
  v1::DeliverFulfilmentRequest request;
  request.set_id(id);
  return shop.get<v1::Fulfilment>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
        return orders->DeliverFulfilment(context, request);
      },
      staff());
}

Outcome<v1::Fulfilment> unpack(Shop& shop, const std::string& id) {
  v1::CancelFulfilmentRequest request;
  request.set_id(id);
  request.set_reason("wrong box");
  return shop.get<v1::Fulfilment>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
        return orders->CancelFulfilment(context, request);
      },
      staff());
}

Reply<v1::CancelResponse> startCancel(Shop& shop, const std::string& order_id) {
  v1::CancelOrderRequest request;
  request.set_id(order_id);
  return shop.start<v1::CancelResponse>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
        return orders->CancelOrder(context, request);
      },
      staff());
}

v1::Order look(Shop& shop, const std::string& order_id) {
  v1::GetOrderRequest request;
  request.set_id(order_id);
  return *shop.get<v1::Order>([request](std::shared_ptr<v1::Orders> orders,
                                        rpc::Context context) { return orders->GetOrder(context, request); },
                              staff())
              .answer;
}

v1::Order track(Shop& shop, const v1::Order& order) {
  v1::TrackOrderRequest request;
  request.set_number(order.number());
  request.set_token(order.token());
  return *shop.get<v1::Order>([request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
                return orders->TrackOrder(context, request);
              })
              .answer;
}

std::string eventsOf(const v1::Order& order) {
  std::string events;
  for (const v1::HistoryEntry& entry : order.history()) events += (events.empty() ? "" : " ") + entry.event();
  return events;
}

std::string emitted(Shop& shop) {
  std::string types;
  for (const store::Row& row : shop.rows("SELECT type FROM outbox ORDER BY position")) types += row.text(0) + " ";
  return types;
}

TEST(Shipping, TakesStockAndMoneyAndCompletesTheOrder) {
  Shop shop;
  const v1::Order order = bought(shop);
  const auto parcel = pack(shop, order.id());
  ASSERT_TRUE(parcel.answer) << parcel.reason();
  EXPECT_EQ(parcel.answer->state(), v1::Fulfilment::STATE_PENDING);
  EXPECT_EQ(parcel.answer->location(), "main");
  EXPECT_EQ(parcel.answer->lines_size(), 2);
  EXPECT_EQ(shop.inventory.on_hand.at("blue"), 10);

  const auto shipped = ship(shop, parcel.answer->id());
  ASSERT_TRUE(shipped.answer) << shipped.reason();
  EXPECT_EQ(shipped.answer->state(), v1::Fulfilment::STATE_SHIPPED);
  EXPECT_EQ(shipped.answer->capture(), v1::Fulfilment::CAPTURE_DONE);
  EXPECT_EQ(shipped.answer->amount().amount(), order.totals().total().amount());
  EXPECT_EQ(shipped.answer->tracking(), "T-1");
  EXPECT_EQ(shop.inventory.on_hand.at("blue"), 8);
  EXPECT_EQ(shop.payments.captured(), order.totals().total().amount());
  v1::Order now = look(shop, order.id());
  EXPECT_EQ(now.status(), v1::Order::STATUS_CONFIRMED);
  EXPECT_EQ(now.payment_status(), v1::Order::PAYMENT_STATUS_CAPTURED);
  EXPECT_EQ(now.fulfilment_status(), v1::Order::FULFILMENT_STATUS_FULFILLED);
  EXPECT_EQ(now.lines(1).fulfilled(), 2);

  ASSERT_TRUE(deliver(shop, parcel.answer->id()).answer);
  now = look(shop, order.id());
  EXPECT_EQ(now.status(), v1::Order::STATUS_COMPLETED);
  ASSERT_EQ(now.fulfilments_size(), 1);
  EXPECT_EQ(now.fulfilments(0).state(), v1::Fulfilment::STATE_DELIVERED);
  EXPECT_EQ(eventsOf(now), "placed confirmed packed shipped payment_captured delivered completed");
  EXPECT_EQ(now.history(3).actor(), "staff:usr_eva");
  EXPECT_EQ(now.history(3).data().at("tracking"), "T-1");
  EXPECT_EQ(now.history(4).actor(), "system");
  EXPECT_EQ(now.history(4).data().at("amount"), std::to_string(order.totals().total().amount()));
  EXPECT_EQ(emitted(shop), "order.placed order.confirmed fulfilment.shipped fulfilment.delivered order.completed ");
  EXPECT_EQ(shop.faults(), "");
}

TEST(Shipping, ShowsTheBuyerTheParcelAndNobodysName) {
  Shop shop;
  const v1::Order order = bought(shop);
  const std::string parcel = pack(shop, order.id()).answer->id();
  shop.payments.refused_captures = 1;
  ship(shop, parcel);
  const v1::Order seen = track(shop, order);
  EXPECT_EQ(seen.fulfilments(0).carrier(), "Post");
  EXPECT_EQ(seen.ShortDebugString().find("usr_eva"), std::string::npos);
  EXPECT_EQ(eventsOf(seen), "placed confirmed packed shipped");
  EXPECT_EQ(seen.history(2).actor(), "staff");
  const auto again = shop.complete("cart_1");
  ASSERT_TRUE(again.answer);
  EXPECT_EQ(again.answer->ShortDebugString().find("usr_eva"), std::string::npos);
  EXPECT_NE(look(shop, order.id()).ShortDebugString().find("usr_eva"), std::string::npos);
}

TEST(Shipping, RefusesWhatTheStatesForbid) {
  Shop shop;
  const v1::Order order = bought(shop);
  EXPECT_EQ(pack(shop, "order_none").reason(), "NOT_FOUND");
  EXPECT_EQ(ship(shop, "ful_none").reason(), "NOT_FOUND");
  const std::string first = pack(shop, order.id()).answer->id();
  EXPECT_EQ(pack(shop, order.id()).reason(), "NOTHING_TO_FULFIL");
  EXPECT_EQ(deliver(shop, first).reason(), "FULFILMENT_STATE");
  ASSERT_TRUE(unpack(shop, first).answer);
  EXPECT_EQ(unpack(shop, first).reason(), "FULFILMENT_STATE");
  EXPECT_EQ(ship(shop, first).reason(), "FULFILMENT_STATE");
  EXPECT_EQ(deliver(shop, first).reason(), "FULFILMENT_STATE");
  const std::string second = pack(shop, order.id()).answer->id();
  ASSERT_TRUE(ship(shop, second).answer);
  EXPECT_EQ(ship(shop, second).reason(), "FULFILMENT_STATE");
  EXPECT_EQ(unpack(shop, second).reason(), "FULFILMENT_STATE");
  EXPECT_EQ(shop.await(startCancel(shop, order.id())).reason(), "ORDER_NOT_CANCELLABLE");
  ASSERT_TRUE(deliver(shop, second).answer);
  EXPECT_EQ(deliver(shop, second).reason(), "FULFILMENT_STATE");
  EXPECT_EQ(pack(shop, order.id()).reason(), "ORDER_NOT_FULFILLABLE");
  EXPECT_EQ(shop.await(startCancel(shop, order.id())).reason(), "ORDER_NOT_CANCELLABLE");
  EXPECT_EQ(shop.faults(), "");
}

TEST(Shipping, HeedsTheVersionThatTheCallerSaw) {
  Shop shop;
  const v1::Order order = bought(shop);
  rpc::Context::Data stale = staff();
  stale.expected_version = 1;
  EXPECT_EQ(pack(shop, order.id(), stale).reason(), "VERSION_MISMATCH");
  const v1::Fulfilment parcel = *pack(shop, order.id()).answer;
  stale.expected_version = parcel.version() + 1;
  EXPECT_EQ(ship(shop, parcel.id(), stale).reason(), "VERSION_MISMATCH");
  stale.expected_version = parcel.version();
  EXPECT_TRUE(ship(shop, parcel.id(), stale).answer);
}

TEST(Shipping, OfACancelledOrderIsRefusedAndItsParcelUnpacked) {
  Shop shop;
  const v1::Order order = bought(shop);
  const std::string parcel = pack(shop, order.id()).answer->id();
  ASSERT_TRUE(shop.await(startCancel(shop, order.id())).answer);
  EXPECT_EQ(ship(shop, parcel).reason(), "FULFILMENT_STATE");
  EXPECT_EQ(pack(shop, order.id()).reason(), "ORDER_NOT_FULFILLABLE");
  shop.settle();
  EXPECT_EQ(shop.text("SELECT state FROM fulfilment"), "cancelled");
  EXPECT_EQ(shop.text("SELECT payment_status FROM orders"), "voided");
  EXPECT_EQ(shop.payments.captured(), 0);
  EXPECT_EQ(shop.inventory.available("blue"), 10);
  EXPECT_EQ(shop.faults(), "");
}

TEST(Shipping, AndCancellingExactlyOneWins) {
  int shipped = 0;
  int cancelled = 0;
  for (std::uint64_t lead = 0; lead < 60; ++lead) {
    Shop shop(lead + 1);
    const v1::Order order = bought(shop);
    const std::string parcel = pack(shop, order.id()).answer->id();
    const bool ship_first = lead % 2 == 0;
    Reply<v1::Fulfilment> shipping;
    Reply<v1::CancelResponse> cancelling;
    if (ship_first) shipping = startShip(shop, parcel);
    if (!ship_first) cancelling = startCancel(shop, order.id());
    for (std::uint64_t i = 0; i < lead / 2; ++i) shop.world.step();
    if (!ship_first) shipping = startShip(shop, parcel);
    if (ship_first) cancelling = startCancel(shop, order.id());
    const auto ship_end = shop.await(shipping);
    const auto cancel_end = shop.await(cancelling);
    ASSERT_NE(ship_end.answer.has_value(), cancel_end.answer.has_value()) << "lead " << lead;
    (ship_end.answer ? shipped : cancelled) += 1;
    shop.settle();
    ASSERT_EQ(shop.faults(), "") << "lead " << lead;
    ASSERT_EQ(shop.payments.captured(), ship_end.answer ? order.totals().total().amount() : 0) << "lead " << lead;
    ASSERT_EQ(shop.text("SELECT status FROM orders"), ship_end.answer ? "confirmed" : "cancelled");
  }
  EXPECT_GT(shipped, 5);
  EXPECT_GT(cancelled, 5);
}

TEST(Shipping, KeepsAskingWhenTheProviderRefuses) {
  Shop shop;
  const v1::Order order = bought(shop);
  const std::string parcel = pack(shop, order.id()).answer->id();
  shop.payments.refused_captures = 3;
  const auto shipped = ship(shop, parcel);
  EXPECT_EQ(shipped.answer->state(), v1::Fulfilment::STATE_SHIPPED);
  EXPECT_EQ(shipped.answer->capture(), v1::Fulfilment::CAPTURE_REFUSED);
  v1::Order now = look(shop, order.id());
  EXPECT_EQ(now.payment_status(), v1::Order::PAYMENT_STATUS_FAILED);
  EXPECT_EQ(eventsOf(now), "placed confirmed packed shipped capture_refused");
  ASSERT_TRUE(deliver(shop, parcel).answer);
  EXPECT_EQ(look(shop, order.id()).status(), v1::Order::STATUS_CONFIRMED);
  shop.settle();
  now = look(shop, order.id());
  EXPECT_EQ(now.payment_status(), v1::Order::PAYMENT_STATUS_CAPTURED);
  EXPECT_EQ(now.status(), v1::Order::STATUS_COMPLETED);
  EXPECT_EQ(eventsOf(now), "placed confirmed packed shipped capture_refused delivered payment_captured completed");
  EXPECT_EQ(shop.faults(), "");
}

TEST(Shipping, CapturesOnceWhateverIsAnswered) {
  Shop shop;
  const v1::Order order = bought(shop);
  const std::string parcel = pack(shop, order.id()).answer->id();
  shop.payments.lost_captures = 2;
  const auto shipped = ship(shop, parcel);
  ASSERT_TRUE(shipped.answer) << shipped.reason();
  shop.world.runFor(5s);  // asks again, and waits in vain again
  EXPECT_NE(eventsOf(look(shop, order.id())).find("capture_unanswered"), std::string::npos);
  EXPECT_EQ(look(shop, order.id()).payment_status(), v1::Order::PAYMENT_STATUS_AUTHORIZED);
  shop.settle();
  EXPECT_EQ(look(shop, order.id()).payment_status(), v1::Order::PAYMENT_STATUS_CAPTURED);
  EXPECT_EQ(shop.payments.onlyAccount()->captures.size(), 1U);
  EXPECT_EQ(shop.faults(), "");
}

TEST(Shipping, AnswersARepeatWithItsFirstAnswer) {
  Shop shop;
  const v1::Order order = bought(shop);
  const auto packed = pack(shop, order.id(), staff("key-1", "/pack", "a"));
  const auto packed_again = pack(shop, order.id(), staff("key-1", "/pack", "a"));
  ASSERT_TRUE(packed_again.answer) << packed_again.reason();
  EXPECT_EQ(packed.answer->SerializeAsString(), packed_again.answer->SerializeAsString());
  const std::string parcel = packed.answer->id();
  const auto shipped = ship(shop, parcel, staff("key-2", "/ship", "a"));
  const auto shipped_again = ship(shop, parcel, staff("key-2", "/ship", "a"));
  EXPECT_EQ(shipped.answer->SerializeAsString(), shipped_again.answer->SerializeAsString());
  EXPECT_EQ(ship(shop, parcel, staff("key-2", "/ship", "b")).reason(), "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(shop.number("SELECT COUNT(*) FROM fulfilment"), 1);
  EXPECT_EQ(shop.faults(), "");
}

TEST(Shipping, AtEveryCrashShipsAndCapturesOnce) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  {
    Shop shop;
    const v1::Order order = bought(shop);
    const std::string parcel = pack(shop, order.id()).answer->id();
    first = shop.world.steps() + 1;
    ASSERT_TRUE(ship(shop, parcel).answer);
    ASSERT_TRUE(deliver(shop, parcel).answer);
    last = shop.world.steps();
  }
  ASSERT_GT(last, first + 8);
  for (std::uint64_t step = first; step <= last; ++step) {
    for (const bool power : {false, true}) {
      Shop shop;
      const v1::Order order = bought(shop);
      const std::string parcel = pack(shop, order.id()).answer->id();
      shop.crashAt(step, power);
      bool delivered = false;
      for (int tries = 0; tries < 6 && !delivered; ++tries) {
        const auto shipped = ship(shop, parcel, staff("ship-key", "/ship"));
        if (!shipped.answer) continue;
        const auto end = deliver(shop, parcel);
        delivered = end.answer || end.reason() == "FULFILMENT_STATE";
      }
      ASSERT_TRUE(delivered) << "step " << step << " power " << power;
      shop.settle();
      ASSERT_EQ(shop.faults(), "") << "step " << step << " power " << power;
      ASSERT_EQ(look(shop, order.id()).status(), v1::Order::STATUS_COMPLETED) << "step " << step << " power " << power;
      ASSERT_EQ(shop.payments.onlyAccount()->captures.size(), 1U) << "step " << step;
    }
  }
}

TEST(Shipping, LosesNothingInBadWeather) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Shop shop(seed);
    const v1::Order order = bought(shop);
    const std::string parcel = pack(shop, order.id()).answer->id();
    shop.wire.faults = {0.3, 0.3, 0.3};
    startShip(shop, parcel, staff("ship-key", "/ship"));
    shop.world.runFor(Duration(static_cast<std::int64_t>(shop.world.random().below(3'000'000))));
    shop.crash(seed % 2 == 0);
    startShip(shop, parcel, staff("ship-key", "/ship"));
    shop.world.runFor(60s);
    shop.wire.faults = {};
    shop.settle();
    ASSERT_EQ(look(shop, order.id()).payment_status(), v1::Order::PAYMENT_STATUS_CAPTURED) << "seed " << seed;
    ASSERT_EQ(shop.inventory.inState(Reservation::STATE_SHIPPED), 1) << "seed " << seed;
    ASSERT_EQ(shop.faults(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace kontor::order
