#include "services/order/fulfilment.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

namespace kontor::order {
namespace {

using namespace std::chrono_literals;
using Lines = google::protobuf::RepeatedPtrField<v1::FulfilmentLine>;

struct Ordered {
  std::int64_t quantity;
  std::int64_t total;
};

v1::Order orderOf(const std::vector<Ordered>& lines, std::int64_t shipping, std::int64_t extra = 0) {
  v1::Order order;
  order.set_id("order_1");
  order.set_number("1001");
  order.set_currency("EUR");
  order.set_status(v1::Order::STATUS_CONFIRMED);
  std::int64_t total = shipping + extra;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    v1::OrderLine& line = *order.add_lines();
    line.set_id("line_" + std::to_string(i));
    line.set_sku("sku_" + std::to_string(i));
    line.set_quantity(lines[i].quantity);
    line.mutable_total()->set_amount(lines[i].total);
    total += lines[i].total;
  }
  order.mutable_totals()->mutable_shipping()->set_amount(shipping);
  order.mutable_totals()->mutable_total()->set_amount(total);
  return order;
}

Lines linesOf(const std::vector<std::pair<int, std::int64_t>>& wanted) {
  Lines lines;
  for (const auto& [index, quantity] : wanted) {
    v1::FulfilmentLine& line = *lines.Add();
    line.set_line_id("line_" + std::to_string(index));
    line.set_quantity(quantity);
  }
  return lines;
}

std::string reasonOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.reason();
  }
  return "OK";
}

TEST(Fulfilment, FollowsTheStatesAndNoOthers) {
  using F = v1::Fulfilment;
  const std::vector<std::tuple<F::State, FulfilmentWish, F::State>> allowed = {
      {F::STATE_PENDING, FulfilmentWish::kShip, F::STATE_SHIPPED},
      {F::STATE_PENDING, FulfilmentWish::kCancel, F::STATE_CANCELLED},
      {F::STATE_SHIPPED, FulfilmentWish::kDeliver, F::STATE_DELIVERED}};
  int moves = 0;
  for (const F::State from : {F::STATE_PENDING, F::STATE_SHIPPED, F::STATE_DELIVERED, F::STATE_CANCELLED}) {
    for (const FulfilmentWish wish : {FulfilmentWish::kShip, FulfilmentWish::kDeliver, FulfilmentWish::kCancel}) {
      std::optional<F::State> expected;
      for (const auto& [start, asked, end] : allowed) {
        if (start == from && asked == wish) expected = end;
      }
      EXPECT_EQ(fulfilmentAfter(from, wish), expected) << wordOf(from) << " " << static_cast<int>(wish);
      moves += expected ? 1 : 0;
    }
  }
  EXPECT_EQ(moves, 3);
}

TEST(Fulfilment, OwesStockThenMoneyOnceShipped) {
  Fulfilment parcel;
  parcel.shown.set_capture(v1::Fulfilment::CAPTURE_PENDING);
  for (const auto idle : {v1::Fulfilment::STATE_PENDING, v1::Fulfilment::STATE_CANCELLED}) {
    parcel.shown.set_state(idle);
    EXPECT_EQ(debtOf(parcel), ShippingDebt::kNothing);
  }
  for (const auto shipped : {v1::Fulfilment::STATE_SHIPPED, v1::Fulfilment::STATE_DELIVERED}) {
    parcel.shown.set_state(shipped);
    parcel.stock_taken = false;
    parcel.shown.set_capture(v1::Fulfilment::CAPTURE_PENDING);
    EXPECT_EQ(debtOf(parcel), ShippingDebt::kStock);
    parcel.stock_taken = true;
    EXPECT_EQ(debtOf(parcel), ShippingDebt::kMoney);
    parcel.shown.set_capture(v1::Fulfilment::CAPTURE_REFUSED);
    EXPECT_EQ(debtOf(parcel), ShippingDebt::kMoney);
    parcel.shown.set_capture(v1::Fulfilment::CAPTURE_DONE);
    EXPECT_EQ(debtOf(parcel), ShippingDebt::kNothing);
  }
}

TEST(CaptureShare, OfTheWholeOrderIsItsTotal) {
  const v1::Order order = orderOf({{2, 1999}, {3, 1000}}, 500, 7);
  EXPECT_EQ(captureShare(order, linesOf({{0, 2}, {1, 3}})), 1999 + 1000 + 500 + 7);
  EXPECT_EQ(captureShare(orderOf({{1, 0}}, 0), linesOf({{0, 1}})), 0);
}

TEST(CaptureShare, TakesTheFeeWithTheFirstParcel) {
  v1::Order order = orderOf({{2, 1000}, {1, 1000}}, 500);
  EXPECT_EQ(captureShare(order, linesOf({{0, 1}})), 500 + 500);
  addShipped(order, linesOf({{0, 1}}));
  EXPECT_EQ(captureShare(order, linesOf({{0, 1}})), 500);
}

TEST(CaptureShare, GivesTheOddCentToTheFirstUnits) {
  v1::Order order = orderOf({{3, 1000}}, 0);
  std::vector<std::int64_t> shares;
  for (int i = 0; i < 3; ++i) {
    shares.push_back(captureShare(order, linesOf({{0, 1}})));
    addShipped(order, linesOf({{0, 1}}));
  }
  EXPECT_EQ(shares, (std::vector<std::int64_t>{334, 333, 333}));
}

// Whatever is packed together in whatever order: the parcels take the order's total to the cent, none less than
// nothing, and only the first pays for shipping.
RC_GTEST_PROP(CaptureShare, OfAllParcelsIsTheTotal, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 6);
  std::vector<Ordered> lines;
  std::vector<int> units;
  for (std::size_t i = 0; i < count; ++i) {
    lines.push_back({*rc::gen::inRange<std::int64_t>(1, 8), *rc::gen::inRange<std::int64_t>(0, 100'000)});
    units.insert(units.end(), static_cast<std::size_t>(lines.back().quantity), static_cast<int>(i));
  }
  const auto fee = *rc::gen::inRange<std::int64_t>(0, 2'000);
  v1::Order order = orderOf(lines, fee, *rc::gen::inRange<std::int64_t>(0, 50));
  const auto keys = *rc::gen::container<std::vector<int>>(units.size(), rc::gen::inRange(0, 1'000));
  std::vector<std::size_t> sequence(units.size());
  for (std::size_t i = 0; i < sequence.size(); ++i) sequence[i] = i;
  std::stable_sort(sequence.begin(), sequence.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  std::int64_t taken = 0;
  for (std::size_t at = 0; at < sequence.size();) {
    const auto size = std::min(*rc::gen::inRange<std::size_t>(1, 5), sequence.size() - at);
    std::map<int, std::int64_t> parcel;
    for (std::size_t i = 0; i < size; ++i) ++parcel[units[sequence[at + i]]];
    const Lines packed = linesOf({parcel.begin(), parcel.end()});
    const std::int64_t share = captureShare(order, packed);
    RC_ASSERT(share >= (at == 0 ? fee : 0));
    taken += share;
    addShipped(order, packed);
    at += size;
  }
  RC_ASSERT(taken == order.totals().total().amount());
  RC_ASSERT(order.fulfilment_status() == v1::Order::FULFILMENT_STATUS_FULFILLED);
}

TEST(Fulfilment, TellsHowFarAnOrderIsShipped) {
  v1::Order order = orderOf({{2, 1000}, {1, 1000}}, 500);
  addShipped(order, linesOf({{0, 2}}));
  EXPECT_EQ(order.fulfilment_status(), v1::Order::FULFILMENT_STATUS_PARTIALLY_FULFILLED);
  addShipped(order, linesOf({{1, 1}}));
  EXPECT_EQ(order.fulfilment_status(), v1::Order::FULFILMENT_STATUS_FULFILLED);
  EXPECT_DEATH(addShipped(order, linesOf({{1, 1}})), "no more is shipped");
}

TEST(Fulfilment, TakesTheWholeOrderOnly) {
  const v1::Order order = orderOf({{2, 1000}, {1, 1000}}, 500);
  v1::CreateFulfilmentRequest request;
  const auto ask = [&](const std::string& line, std::int64_t quantity) {
    v1::FulfilmentLineRequest& wanted = *request.add_lines();
    wanted.set_line_id(line);
    wanted.set_quantity(quantity);
  };
  EXPECT_EQ(reasonOf([&] { requireWhole(order, request); }), "OK");
  ask("line_0", 2);
  EXPECT_EQ(reasonOf([&] { requireWhole(order, request); }), "INVALID_ARGUMENT");
  ask("line_1", 1);
  EXPECT_EQ(reasonOf([&] { requireWhole(order, request); }), "OK");
  ask("line_1", 1);
  EXPECT_EQ(reasonOf([&] { requireWhole(order, request); }), "INVALID_ARGUMENT");
}

TEST(Fulfilment, CompletesWhenAllIsDeliveredAndCaptured) {
  v1::Order order = orderOf({{1, 1000}}, 0);
  Fulfilment gone;
  gone.shown.set_state(v1::Fulfilment::STATE_CANCELLED);
  Fulfilment parcel;
  parcel.shown.set_state(v1::Fulfilment::STATE_DELIVERED);
  parcel.shown.set_capture(v1::Fulfilment::CAPTURE_DONE);
  EXPECT_FALSE(isComplete(order, {gone, parcel}));  // the lines say that nothing was shipped
  addShipped(order, linesOf({{0, 1}}));
  EXPECT_TRUE(isComplete(order, {gone, parcel}));
  parcel.shown.set_capture(v1::Fulfilment::CAPTURE_REFUSED);
  EXPECT_FALSE(isComplete(order, {parcel}));
  parcel.shown.set_capture(v1::Fulfilment::CAPTURE_DONE);
  parcel.shown.set_state(v1::Fulfilment::STATE_SHIPPED);
  EXPECT_FALSE(isComplete(order, {parcel}));
}

TEST(Fulfilment, AsksEverMoreRarely) {
  EXPECT_EQ(captureBackoff(0), 1s);
  EXPECT_EQ(captureBackoff(5), 32s);
  EXPECT_EQ(captureBackoff(12), 1h);
  EXPECT_EQ(captureBackoff(1'000), 1h);
}

}  // namespace
}  // namespace kontor::order
