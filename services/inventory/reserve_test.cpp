#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>

#include "chassis/base/error.hpp"
#include "services/inventory/warehouse_test.hpp"

namespace kontor::inventory {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

TEST(Reserve, HoldsAllLinesOrNone) {
  Warehouse shop;
  shop.stock({{"a", 5}, {"b", 1}});
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}, {"b", 1}}));
  EXPECT_FALSE(shop.reserve("chk_2", {{"a", 2}, {"b", 1}}));
  EXPECT_EQ(shop.available("a"), 3);
  EXPECT_EQ(shop.available("b"), 0);
  EXPECT_EQ(shop.level("a").held(), 2);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Reserve, SumsTheLinesOfOneSku) {
  Warehouse shop;
  shop.stock({{"a", 3}});
  EXPECT_FALSE(shop.reserve("chk_1", {{"a", 2}, {"a", 2}}));
  EXPECT_EQ(shop.level("a").held(), 0);
  EXPECT_TRUE(shop.reserve("chk_2", {{"a", 2}, {"a", 1}}));
  EXPECT_EQ(shop.available("a"), 0);
}

TEST(Reserve, NamesTheFirstShortSkuInSortedOrderWithWhatIsLeft) {
  Warehouse shop;
  shop.stock({{"b", 1}, {"c", 0}, {"d", 9}});
  const auto answer = shop.tryReserve(Warehouse::request("chk_1", {{"d", 1}, {"c", 1}, {"b", 2}}));
  EXPECT_FALSE(answer.granted());
  EXPECT_EQ(answer.shortage().sku(), "b");
  EXPECT_EQ(answer.shortage().available(), 1);
  const auto unknown = shop.tryReserve(Warehouse::request("chk_2", {{"nowhere", 1}}));
  EXPECT_EQ(unknown.shortage().sku(), "nowhere");
  EXPECT_TRUE(unknown.shortage().has_available());
  EXPECT_EQ(unknown.shortage().available(), 0);
}

TEST(Reserve, GrantsTheUntrackedWithoutAHoldAndBackordersBeyondStock) {
  Warehouse shop;
  shop.stock({{"endless", 0, false, false}, {"later", 1, true, true}});
  EXPECT_TRUE(shop.reserve("chk_1", {{"endless", 1'000}, {"later", 5}}));
  EXPECT_EQ(shop.level("endless").held(), 0);
  EXPECT_EQ(shop.level("later").held(), 5);
  EXPECT_EQ(shop.available("endless"), -1);
  EXPECT_EQ(shop.available("later"), -1);
  EXPECT_TRUE(shop.commit("chk_1"));
  EXPECT_EQ(shop.level("later").committed(), 5);
  // Tracked from now on: the units that were never held are not given back either.
  shop.stock({{"endless", 0, true, false}});
  shop.release("chk_1");
  EXPECT_EQ(shop.level("endless").held(), 0);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Reserve, KeepsTheSafetyStock) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  shop.edit("UPDATE level SET safety = 4 WHERE sku = 'a'");
  EXPECT_EQ(shop.available("a"), 1);
  EXPECT_FALSE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_TRUE(shop.reserve("chk_2", {{"a", 1}}));
}

TEST(Reserve, RepeatedAnswersTheSameAndHoldsOnce) {
  Warehouse shop;
  shop.stock({{"a", 3}});
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_EQ(shop.level("a").held(), 2);
  EXPECT_TRUE(shop.commit("chk_1"));
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_EQ(shop.level("a").held(), 0);
  EXPECT_EQ(shop.level("a").committed(), 2);
}

TEST(Reserve, ArrivingAfterItsReleaseHoldsNothing) {
  Warehouse shop;
  shop.stock({{"a", 3}});
  shop.release("chk_early");  // overtook its own Reserve
  const auto late = shop.tryReserve(Warehouse::request("chk_early", {{"a", 1}}));
  EXPECT_FALSE(late.granted());
  EXPECT_FALSE(late.has_shortage());
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 1}}));
  shop.release("chk_1");
  EXPECT_FALSE(shop.reserve("chk_1", {{"a", 1}}));
  EXPECT_EQ(shop.available("a"), 3);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Reserve, HoldsAgainWhatItsOwnReferenceGaveUpOnlyWhenAsked) {
  Warehouse shop;
  shop.stock({{"a", 3}});
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}, "", 1'000));
  shop.release("chk_1");
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}, "chk_1", 2'000));
  EXPECT_EQ(shop.available("a"), 1);
  shop.release("chk_1");
  // The same revival delivered once more must not hold again.
  EXPECT_FALSE(shop.reserve("chk_1", {{"a", 2}}, "chk_1", 2'000));
  EXPECT_EQ(shop.available("a"), 3);
  EXPECT_TRUE(shop.reserve("chk_2", {{"a", 3}}));
  const auto short_of = shop.tryReserve(Warehouse::request("chk_1", {{"a", 2}}, "chk_1", 3'000));
  EXPECT_FALSE(short_of.granted());
  EXPECT_EQ(short_of.shortage().available(), 0);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Reserve, TakesOverTheOlderHoldOfTheSameShopper) {
  Warehouse shop;
  shop.stock({{"a", 2}, {"b", 1}});
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_TRUE(shop.reserve("chk_2", {{"a", 2}, {"b", 1}}, "chk_1"));  // not blocked by the shopper's own hold
  EXPECT_EQ(shop.level("a").held(), 2);
  EXPECT_FALSE(shop.commit("chk_1"));
  // Refused: the older hold stays as it was.
  EXPECT_FALSE(shop.reserve("chk_3", {{"a", 1}, {"b", 2}}, "chk_2"));
  EXPECT_TRUE(shop.commit("chk_2"));
  // A promise to an order is not taken over, and an unknown older hold is closed for good.
  EXPECT_FALSE(shop.reserve("chk_4", {{"a", 1}}, "chk_2"));
  shop.stock({{"c", 1}});
  EXPECT_TRUE(shop.reserve("chk_6", {{"c", 1}}, "chk_5"));
  EXPECT_FALSE(shop.reserve("chk_5", {{"c", 1}}));
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Reserve, IsRefusedWithoutAnEndOrLines) {
  Warehouse shop;
  auto endless = Warehouse::request("chk_1", {{"a", 1}});
  endless.clear_expires_at();
  EXPECT_THROW(shop.tryReserve(endless), Error);
  EXPECT_THROW(shop.tryReserve(Warehouse::request("chk_1", {})), Error);
  EXPECT_THROW(shop.tryReserve(Warehouse::request("chk_1", {{"a", 0}})), Error);
  EXPECT_THROW(shop.tryReserve(Warehouse::request("", {{"a", 1}})), Error);
}

TEST(Settle, CommitAndReleaseCountOnce) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  EXPECT_FALSE(shop.commit("chk_unknown"));
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 2}}));
  EXPECT_TRUE(shop.commit("chk_1"));
  EXPECT_TRUE(shop.commit("chk_1"));
  EXPECT_EQ(shop.level("a").committed(), 2);
  EXPECT_EQ(shop.available("a"), 3);
  shop.release("chk_1");
  shop.release("chk_1");
  EXPECT_EQ(shop.level("a").committed(), 0);
  EXPECT_EQ(shop.available("a"), 5);
  EXPECT_FALSE(shop.commit("chk_1"));
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Settle, SweepFreesOnlyHoldsLongPastTheirEnd) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  EXPECT_TRUE(shop.reserve("chk_old", {{"a", 1}}, "", 1'000));
  EXPECT_TRUE(shop.reserve("chk_promised", {{"a", 1}}, "", 1'000));
  EXPECT_TRUE(shop.reserve("chk_new", {{"a", 1}}, "", 1'001));
  EXPECT_TRUE(shop.commit("chk_promised"));
  EXPECT_EQ(shop.sweep(1'600, 10min), 0);
  EXPECT_EQ(shop.sweep(1'601, 10min), 1);
  EXPECT_FALSE(shop.commit("chk_old"));
  EXPECT_FALSE(shop.reserve("chk_old", {{"a", 1}}));
  EXPECT_EQ(shop.available("a"), 3);
  EXPECT_EQ(shop.events().back(), "stock.changed a");
  EXPECT_EQ(shop.events().at(shop.events().size() - 2), "reservation.expired chk_old");
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Settle, TellsEachChangeOnce) {
  Warehouse shop;
  shop.stock({{"a", 2}, {"free", 0, false, false}, {"later", 0, true, true}});
  EXPECT_EQ(shop.events(), Strings({"stock.changed a", "stock.changed free", "stock.changed later"}));
  shop.reserve("chk_1", {{"a", 1}, {"a", 1}, {"free", 1}, {"later", 1}});
  shop.reserve("chk_2", {{"a", 1}});           // refused: says nothing
  shop.reserve("chk_3", {{"a", 2}}, "chk_1");  // as much as before: what can be bought is the same
  shop.commit("chk_3");
  shop.release("chk_3");
  const Strings all = shop.events();
  EXPECT_EQ(
      Strings(all.begin() + 3, all.end()),
      Strings({"reservation.held chk_1", "stock.changed a", "reservation.released chk_1", "reservation.held chk_3",
               "reservation.committed chk_3", "reservation.released chk_3", "stock.changed a"}));
}

TEST(Concurrency, LastUnitsAreGrantedExactlyOnce) {
  Warehouse shop(true);
  shop.stock({{"a", 10}});
  std::atomic<int> granted = 0;
  const auto buyer = [](Warehouse& in, int number, std::atomic<int>& count) -> task<void> {
    const std::string ref = "chk_" + std::to_string(number);
    auto first = in.handlers().Reserve(Warehouse::order(), Warehouse::request(ref, {{"a", 1}}));
    const v1::ReserveResponse answer = co_await first;
    if (answer.granted()) ++count;
    auto again = in.handlers().Reserve(Warehouse::order(), Warehouse::request(ref, {{"a", 1}}));
    const v1::ReserveResponse repeated = co_await again;
    KONTOR_ASSERT(repeated.granted() == answer.granted(), "a repeat answers the same");
    KONTOR_ASSERT(answer.granted() || answer.shortage().available() == 0, "a refusal says what is left");
  };
  std::vector<task<void>> buyers;
  for (int i = 0; i < 200; ++i) buyers.push_back(buyer(shop, i, granted));
  shop.world().run(std::move(buyers));
  EXPECT_EQ(granted, 10);
  EXPECT_EQ(shop.level("a").held(), 10);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Concurrency, TwoSkusInOppositeOrdersNeitherOversellNorHang) {
  Warehouse shop(true);
  shop.stock({{"a", 20}, {"b", 15}});
  std::atomic<int> granted = 0;
  const auto buyer = [](Warehouse& in, int number, std::atomic<int>& count) -> task<void> {
    const Lines lines = number % 2 == 0 ? Lines{{"a", 1}, {"b", 1}} : Lines{{"b", 1}, {"a", 1}};
    auto work = in.handlers().Reserve(Warehouse::order(), Warehouse::request("chk_" + std::to_string(number), lines));
    const v1::ReserveResponse answer = co_await work;
    if (answer.granted()) ++count;
  };
  std::vector<task<void>> buyers;
  for (int i = 0; i < 100; ++i) buyers.push_back(buyer(shop, i, granted));
  shop.world().run(std::move(buyers));
  EXPECT_EQ(granted, 15);
  EXPECT_EQ(shop.level("a").held(), 15);
  EXPECT_EQ(shop.violations(), Strings());
}

// One random operation: what, which reference, which other reference, which sku, how many.
using Operation = std::tuple<int, int, int, int, int>;

void perform(Warehouse& shop, const Operation& operation, int step) {
  const auto [what, ref_number, other_number, sku_number, quantity] = operation;
  const std::string ref = "chk_" + std::to_string(ref_number);
  const std::string other = "chk_" + std::to_string(other_number);
  const std::string sku(1, static_cast<char>('a' + sku_number));
  const std::string next(1, static_cast<char>('a' + (sku_number + 1) % 3));
  switch (what) {
    case 0:
      shop.reserve(ref, {{sku, quantity}, {next, 1}, {sku, 1}});
      break;
    case 1:
      shop.reserve(ref, {{sku, quantity}}, other, 1'000 + step);
      break;
    case 2:
      shop.commit(ref);
      break;
    case 3:
      shop.release(ref);
      break;
    case 4:
      shop.sweep(1'000 + step, 1us);
      break;
    case 5:
      shop.stock({{sku, quantity, quantity % 5 != 0, quantity % 4 == 0}}, ref_number % 2 == 0);
      break;
    default:
      if (quantity != 3) shop.adjust(sku, std::max<std::int64_t>(quantity - 3, -shop.level(sku).on_hand()));
  }
}

RC_GTEST_PROP(Property, AnySequenceKeepsTheInvariants, ()) {
  const auto operation = rc::gen::tuple(rc::gen::inRange(0, 7), rc::gen::inRange(0, 6), rc::gen::inRange(0, 6),
                                        rc::gen::inRange(0, 3), rc::gen::inRange(1, 7));
  const auto operations = *rc::gen::container<std::vector<Operation>>(operation);
  Warehouse shop;
  shop.stock({{"a", 4}, {"b", 4}, {"c", 4}});
  int step = 0;
  for (const Operation& each : operations) {
    try {
      perform(shop, each, ++step);
    } catch (const Error& error) {
      RC_ASSERT(error.code() == Code::kInvalidArgument);  // an adjustment by nothing
    }
  }
  RC_ASSERT(shop.violations() == Strings());
}

}  // namespace
}  // namespace kontor::inventory
