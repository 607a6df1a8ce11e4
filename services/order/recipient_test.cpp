#include "services/order/shop_test.hpp"

namespace kontor::order {
namespace {

Outcome<v1::Recipient> find(Shop& shop, const std::string& order_id, const std::string& checkout_id) {
  v1::FindRecipientRequest request;
  request.set_order_id(order_id);
  request.set_checkout_id(checkout_id);
  return shop.get<v1::Recipient>([request](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
    return orders->FindRecipient(context, request);
  });
}

TEST(Recipient, IsFoundByTheOrderAndByItsCheckout) {
  Shop shop;
  const v1::Order order = shop.buy(shop.carts.add({{"red", 1}}), "tok_approve").answer->order();
  const auto by_order = find(shop, order.id(), "");
  ASSERT_TRUE(by_order.answer) << by_order.reason();
  EXPECT_EQ(by_order.answer->email(), order.email());
  EXPECT_FALSE(order.email().empty());
  EXPECT_EQ(by_order.answer->number(), order.number());
  const auto by_checkout = find(shop, "", shop.onlyRef());
  ASSERT_TRUE(by_checkout.answer) << by_checkout.reason();
  EXPECT_EQ(by_checkout.answer->order_id(), order.id());
  EXPECT_EQ(by_checkout.answer->email(), order.email());
}

TEST(Recipient, IsKnownOfACheckoutThatBecameNoOrder) {
  Shop shop;
  shop.pay(shop.carts.add({{"red", 1}}), "tok_decline");
  const auto found = find(shop, "", shop.onlyRef());
  ASSERT_TRUE(found.answer) << found.reason();
  EXPECT_EQ(found.answer->order_id(), "");
  EXPECT_FALSE(found.answer->email().empty());
}

TEST(Recipient, OfSomethingUnknownIsNotFound) {
  Shop shop;
  EXPECT_EQ(find(shop, "order_unknown", "").reason(), "NOT_FOUND");
  EXPECT_EQ(find(shop, "", "chk_unknown").reason(), "NOT_FOUND");
}

}  // namespace
}  // namespace kontor::order
