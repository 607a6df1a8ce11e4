#include <gtest/gtest.h>

#include "chassis/base/error.hpp"
#include "services/inventory/warehouse_test.hpp"

namespace kontor::inventory {
namespace {

using Strings = std::vector<std::string>;

std::string reasonOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.reason();
  }
  return "OK";
}

v1::Movement lastMovement(Warehouse& shop, const std::string& sku) {
  v1::ListMovementsRequest wanted;
  wanted.set_sku(sku);
  return shop.get(shop.handlers().ListMovements(Warehouse::order(), std::move(wanted))).movements(0);
}

TEST(Ship, TakesPromisedUnitsOffTheShelf) {
  Warehouse shop;
  shop.stock({{"a", 5}, {"b", 3}, {"endless", 0, false, false}});
  ASSERT_TRUE(shop.reserve("chk_1", {{"a", 2}, {"b", 1}, {"endless", 9}}));
  ASSERT_TRUE(shop.commit("chk_1"));
  EXPECT_TRUE(shop.ship("chk_1", "ful_1"));
  EXPECT_EQ(shop.level("a").on_hand(), 3);
  EXPECT_EQ(shop.level("a").committed(), 0);
  EXPECT_EQ(shop.level("b").on_hand(), 2);
  EXPECT_EQ(shop.level("endless").on_hand(), 0);
  EXPECT_EQ(shop.available("a"), 3);
  const v1::Movement moved = lastMovement(shop, "a");
  EXPECT_EQ(moved.kind(), "ship");
  EXPECT_EQ(moved.quantity(), 2);
  EXPECT_EQ(moved.ref(), "chk_1");
  EXPECT_EQ(moved.reason(), "ful_1");
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Ship, CountsOnce) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  ASSERT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  ASSERT_TRUE(shop.commit("chk_1"));
  EXPECT_TRUE(shop.ship("chk_1", "ful_1"));
  EXPECT_TRUE(shop.ship("chk_1", "ful_1"));
  EXPECT_EQ(shop.level("a").on_hand(), 3);
  EXPECT_EQ(reasonOf([&] { shop.ship("chk_1", "ful_2"); }), "SHIPPED_BEFORE");
  EXPECT_TRUE(shop.commit("chk_1"));  // a late repeat of an older call
  shop.release("chk_1");              // … and what is gone cannot come back
  EXPECT_EQ(shop.level("a").on_hand(), 3);
  EXPECT_EQ(shop.available("a"), 3);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Ship, NeedsAPromise) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  EXPECT_FALSE(shop.ship("chk_0", "ful_0"));
  ASSERT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_FALSE(shop.ship("chk_1", "ful_1"));  // held, not promised
  ASSERT_TRUE(shop.commit("chk_1"));
  shop.release("chk_1");
  EXPECT_FALSE(shop.ship("chk_1", "ful_1"));
  EXPECT_EQ(shop.level("a").on_hand(), 5);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Ship, TakesTheWholeReservationOnly) {
  Warehouse shop;
  shop.stock({{"a", 5}, {"b", 3}});
  ASSERT_TRUE(shop.reserve("chk_1", {{"a", 2}, {"b", 1}}));
  ASSERT_TRUE(shop.commit("chk_1"));
  EXPECT_EQ(reasonOf([&] { shop.ship("chk_1", "ful_1", {{"a", 2}}); }), "INVALID_ARGUMENT");
  EXPECT_EQ(shop.level("a").on_hand(), 5);
  EXPECT_TRUE(shop.ship("chk_1", "ful_1", {{"b", 1}, {"a", 1}, {"a", 1}}));
  EXPECT_EQ(shop.level("b").on_hand(), 2);
}

// A count found less than was promised: what went out of the door is booked all the same.
TEST(Ship, BooksWhatACountDidNotFind) {
  Warehouse shop;
  shop.stock({{"a", 2}});
  ASSERT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  ASSERT_TRUE(shop.commit("chk_1"));
  shop.adjust("a", -1);
  EXPECT_TRUE(shop.ship("chk_1", "ful_1"));
  EXPECT_EQ(shop.level("a").on_hand(), -1);
  EXPECT_EQ(shop.available("a"), 0);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Ship, LeavesAvailabilityAsItWas) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  ASSERT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  ASSERT_TRUE(shop.commit("chk_1"));
  const Strings before = shop.events();
  EXPECT_TRUE(shop.ship("chk_1", "ful_1"));
  EXPECT_EQ(shop.events(), before);  // nothing that anybody may buy has changed
}

}  // namespace
}  // namespace kontor::inventory
