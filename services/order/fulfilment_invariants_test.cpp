#include <ostream>

#include "services/order/shop_test.hpp"

// Rows of a shipped order edited behind the service's back, and what the check says of them.
namespace kontor::order {
namespace {

struct Plant {
  std::string sql;
  std::string said;  // %F stands for the parcel
};

void PrintTo(const Plant& plant, std::ostream* out) { *out << plant.sql; }

// Buys one red, packs and ships it; returns the parcel.
std::string shipped(Shop& shop) {
  v1::CreateFulfilmentRequest pack;
  pack.set_order_id(shop.buy(shop.carts.add({{"red", 1}}), "tok_approve").answer->order().id());
  v1::ShipFulfilmentRequest ship;
  ship.set_id(shop.get<v1::Fulfilment>([pack](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
                    return orders->CreateFulfilment(context, pack);
                  })
                  .answer->id());
  shop.get<v1::Fulfilment>([ship](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
    return orders->ShipFulfilment(context, ship);
  });
  return ship.id();
}

class PlantedParcels : public ::testing::TestWithParam<Plant> {};

TEST_P(PlantedParcels, AreNamed) {
  Shop shop;
  const std::string parcel = shipped(shop);
  shop.settle();
  ASSERT_EQ(shop.brokenInvariants(), "");
  shop.execute(GetParam().sql);
  std::string said = GetParam().said;
  if (const auto at = said.find("%F"); at != std::string::npos) said.replace(at, 2, parcel);
  const std::string found = shop.brokenInvariants();
  EXPECT_NE(found.find(said), std::string::npos) << said << "\nis not in\n" << found;
}

INSTANTIATE_TEST_SUITE_P(
    Each, PlantedParcels,
    ::testing::Values(
        Plant{"UPDATE orders SET status = 'cancelled'",
              "order: parcels belong to orders that stand, and a cancelled order has none open: parcel %F is shipped, "
              "its order is cancelled"},
        Plant{"DELETE FROM orders", "parcel %F is shipped, its order is missing"},
        Plant{"UPDATE fulfilment SET capture = 'pending'",
              "order: what a shipped parcel owes will be looked at: parcel %F is shipped, its capture pending, and "
              "nobody will look at it"},
        Plant{"UPDATE fulfilment SET wake_at = 1000000, state = 'pending'",
              "order: no shipped parcel is forgotten: parcel %F is pending and due since 1970-01-01T00:00:01Z"},
        Plant{"UPDATE order_line SET fulfilled = 0",
              "order: fulfilled quantities are those of the shipped parcels: line line_red of "},
        Plant{"UPDATE fulfilment SET amount = amount - 1",
              "order: the parcels' shares add up to the order's total: order 1001 is fulfilled and costs 1500, its "
              "parcels take 1499"},
        Plant{"UPDATE orders SET status = 'completed'",
              "order: an order is completed when all is delivered and captured, and not before: order 1001 is "
              "completed and fulfilled"},
        Plant{"UPDATE fulfilment SET state = 'delivered'",
              "order: an order is completed when all is delivered and captured, and not before: order 1001 is "
              "confirmed and fulfilled"},
        Plant{"UPDATE orders SET status = 'completed', fulfilment_status = 'unfulfilled'",
              "order: nothing is completed that was not shipped: order 1001 is completed and unfulfilled"},
        Plant{"DELETE FROM order_history WHERE event = 'payment_captured'",
              "order: the history tells each capture: parcel %F is captured"},
        Plant{"UPDATE fulfilment SET amount = amount - 1",
              "its parcels take 1499 and have taken 1499, captured are 1500"}));

}  // namespace
}  // namespace kontor::order
