#include <gtest/gtest.h>

#include "chassis/base/error.hpp"
#include "services/inventory/domain.hpp"
#include "services/inventory/warehouse_test.hpp"

namespace kontor::inventory {
namespace {

using Strings = std::vector<std::string>;

std::string pathOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.fields().empty() ? error.reason() : error.fields().front().path;
  }
  return "no error";
}

TEST(Domain, AvailableIsNeverNegativeAndUnboundedWhenNothingLimitsIt) {
  Level level;
  level.on_hand = 5;
  level.held = 1;
  level.committed = 2;
  EXPECT_EQ(availableOf(level), 2);
  level.safety = 9;
  EXPECT_EQ(availableOf(level), 0);
  level.backorder = true;
  EXPECT_EQ(availableOf(level), std::nullopt);
  Level untracked;
  untracked.tracked = false;
  EXPECT_EQ(availableOf(untracked), std::nullopt);
  EXPECT_EQ(availableOver({}), 0);
}

TEST(Domain, OnlyLiveReservationsAreSettled) {
  using State = ReservationState;
  EXPECT_EQ(stateAfter(State::kHeld, Wish::kCommit), State::kCommitted);
  EXPECT_EQ(stateAfter(State::kHeld, Wish::kRelease), State::kReleased);
  EXPECT_EQ(stateAfter(State::kHeld, Wish::kExpire), State::kExpired);
  EXPECT_EQ(stateAfter(State::kCommitted, Wish::kRelease), State::kReleased);
  for (const State ended : {State::kShipped, State::kReleased, State::kExpired})
    for (const Wish wish : {Wish::kCommit, Wish::kRelease, Wish::kExpire}) EXPECT_FALSE(stateAfter(ended, wish));
  EXPECT_FALSE(stateAfter(State::kCommitted, Wish::kExpire));
  EXPECT_FALSE(stateAfter(State::kCommitted, Wish::kCommit));
}

TEST(Domain, EveryTransitionMovesExactlyItsUnits) {
  using State = ReservationState;
  const Change commit = changeOf(State::kHeld, State::kCommitted, 3);
  EXPECT_EQ(commit.held, -3);
  EXPECT_EQ(commit.committed, 3);
  EXPECT_EQ(shownQuantity(commit), 3);
  const Change ship = changeOf(State::kCommitted, State::kShipped, 2);
  EXPECT_EQ(ship.on_hand, -2);
  EXPECT_EQ(ship.committed, -2);
  EXPECT_EQ(shownQuantity(ship), 2);
  EXPECT_EQ(shownQuantity(Change{-4, 0, 0}), -4);
}

TEST(Domain, RefusesDemandBeyondAllBounds) {
  EXPECT_EQ(pathOf([] { sumDemand({{"a", 1}, {"a", kOnHandMax}}); }), "lines[1].quantity");
  EXPECT_EQ(pathOf([] { sumDemand({{"a", -1}}); }), "lines[0].quantity");
  EXPECT_EQ(sumDemand({{"b", 2}, {"a", 1}, {"b", 3}}), (Demand{{"a", 1}, {"b", 5}}));
}

TEST(SetStock, SetsQuantitiesOfNewSkusAndOfKnownOnesOnlyWhenTold) {
  Warehouse shop;
  EXPECT_EQ(shop.stock({{"a", 5}, {"b", 7}}).created(), 2);
  const auto again = shop.stock({{"a", 9}, {"b", 7, true, true}});
  EXPECT_EQ(again.created(), 0);
  EXPECT_EQ(again.updated(), 1);  // b's flag
  EXPECT_EQ(shop.level("a").on_hand(), 5);
  EXPECT_TRUE(shop.level("b").backorder());
  EXPECT_EQ(shop.stock({{"a", 9}}, true).updated(), 1);
  EXPECT_EQ(shop.level("a").on_hand(), 9);
  EXPECT_EQ(shop.stock({{"a", 9}}, true).updated(), 0);
  EXPECT_EQ(shop.level("a").version(), 2);
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(SetStock, TakesAWholeBatch) {
  Warehouse shop;
  std::vector<Warehouse::Stock> lines;
  for (int i = 0; i < 5'000; ++i) lines.push_back({"sku-" + std::to_string(i), i});
  EXPECT_EQ(shop.stock(lines).created(), 5'000);
  EXPECT_EQ(shop.available("sku-4999"), 4'999);
  lines.push_back({"one too many", 1});
  EXPECT_EQ(pathOf([&] { shop.stock(lines); }), "lines");
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(AdjustStock, CorrectsAndSaysWhyOncePerKey) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  rpc::Context::Data data;
  data.principal = {rpc::Principal::Kind::kStaff, "usr_1", {}, ""};
  data.idempotency = rpc::Idempotency{"staff:usr_1 POST /v1/admin/inventory/adjustments", "key-1", "body-1"};
  const rpc::Context staff(std::move(data));
  EXPECT_EQ(shop.adjust("a", 10, staff).on_hand(), 15);
  EXPECT_EQ(shop.adjust("a", 10, staff).on_hand(), 15);
  EXPECT_EQ(shop.level("a").on_hand(), 15);
  v1::ListMovementsRequest wanted;
  wanted.set_sku("a");
  const auto ledger = shop.get(shop.handlers().ListMovements(Warehouse::order(), wanted));
  ASSERT_EQ(ledger.movements_size(), 2);
  EXPECT_EQ(ledger.movements(0).kind(), "adjust");
  EXPECT_EQ(ledger.movements(0).quantity(), 10);
  EXPECT_EQ(ledger.movements(0).reason(), "count");
  EXPECT_EQ(ledger.movements(0).actor(), "staff:usr_1");
  EXPECT_EQ(ledger.movements(1).kind(), "set");
  EXPECT_EQ(ledger.movements(1).quantity(), 5);
}

TEST(AdjustStock, MayGoBelowWhatIsPromisedButNotBelowNothing) {
  Warehouse shop;
  shop.stock({{"a", 5}});
  EXPECT_TRUE(shop.reserve("chk_1", {{"a", 4}}));
  EXPECT_EQ(shop.adjust("a", -3).on_hand(), 2);
  EXPECT_EQ(shop.available("a"), 0);
  EXPECT_EQ(pathOf([&] { shop.adjust("a", -3); }), "delta");
  EXPECT_EQ(pathOf([&] { shop.adjust("a", 0); }), "delta");
  EXPECT_EQ(pathOf([&] { shop.adjust("nowhere", 1); }), "NOT_FOUND");
  v1::AdjustStockRequest elsewhere;
  elsewhere.set_sku("a");
  elsewhere.set_location("moon");
  elsewhere.set_delta(1);
  EXPECT_EQ(pathOf([&] { shop.get(shop.handlers().AdjustStock(Warehouse::order(), elsewhere)); }), "location");
  EXPECT_EQ(shop.violations(), Strings());
}

TEST(Lists, GoOnWhereTheyEnded) {
  Warehouse shop;
  std::vector<Warehouse::Stock> lines;
  for (int i = 0; i < 25; ++i) lines.push_back({"shirt red/" + std::string(1, static_cast<char>('a' + i)), 100});
  lines.push_back({"trousers", 100});
  shop.stock(lines);
  v1::ListLevelsRequest levels;
  levels.set_prefix("shirt");
  std::vector<std::string> seen;
  do {
    const auto page = shop.get(shop.handlers().ListLevels(Warehouse::order(), levels));
    for (const auto& level : page.levels()) seen.push_back(level.sku());
    levels.set_page_token(page.next_page_token());
  } while (!levels.page_token().empty());
  EXPECT_EQ(seen.size(), 25u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));

  for (int i = 0; i < 7; ++i) shop.reserve("chk_" + std::to_string(i), {{"trousers", 1}});
  v1::ListMovementsRequest movements;
  movements.set_sku("trousers");
  movements.set_page_size(3);
  std::vector<std::string> refs;
  do {
    const auto page = shop.get(shop.handlers().ListMovements(Warehouse::order(), movements));
    for (const auto& movement : page.movements()) refs.push_back(movement.ref());
    movements.set_page_token(page.next_page_token());
  } while (!movements.page_token().empty());
  EXPECT_EQ(refs, Strings({"chk_6", "chk_5", "chk_4", "chk_3", "chk_2", "chk_1", "chk_0", ""}));
  movements.set_page_token("forged");
  EXPECT_EQ(pathOf([&] { shop.get(shop.handlers().ListMovements(Warehouse::order(), movements)); }), "pageToken");
}

TEST(Lists, ShowReservationsThatClaimStock) {
  Warehouse shop;
  shop.stock({{"a", 9}});
  for (int i = 0; i < 5; ++i) shop.reserve("chk_" + std::to_string(i), {{"a", 1}});
  shop.commit("chk_1");
  shop.release("chk_2");
  v1::ListReservationsRequest wanted;
  wanted.set_page_size(2);
  Strings refs;
  do {
    const auto page = shop.get(shop.handlers().ListReservations(Warehouse::order(), wanted));
    for (const auto& reservation : page.reservations()) refs.push_back(reservation.ref());
    wanted.set_page_token(page.next_page_token());
  } while (!wanted.page_token().empty());
  EXPECT_EQ(refs, Strings({"chk_0", "chk_1", "chk_3", "chk_4"}));
  wanted.set_state(v1::Reservation::STATE_COMMITTED);
  const auto committed = shop.get(shop.handlers().ListReservations(Warehouse::order(), wanted));
  ASSERT_EQ(committed.reservations_size(), 1);
  EXPECT_EQ(committed.reservations(0).ref(), "chk_1");
  EXPECT_EQ(committed.reservations(0).lines(0).quantity(), 1);
  wanted.set_state(v1::Reservation::STATE_RELEASED);
  EXPECT_EQ(pathOf([&] { shop.get(shop.handlers().ListReservations(Warehouse::order(), wanted)); }), "state");

  v1::GetReservationsRequest named;
  named.add_refs("chk_2");
  named.add_refs("chk_unknown");
  const auto found = shop.get(shop.handlers().GetReservations(Warehouse::order(), named));
  ASSERT_EQ(found.reservations_size(), 1);
  EXPECT_EQ(found.reservations(0).state(), v1::Reservation::STATE_RELEASED);
  v1::GetReservationsRequest active;
  active.mutable_active_before()->set_seconds(32'000'000'000);
  active.set_after_ref("chk_0");
  EXPECT_EQ(shop.get(shop.handlers().GetReservations(Warehouse::order(), active)).reservations_size(), 3);
}

}  // namespace
}  // namespace kontor::inventory
