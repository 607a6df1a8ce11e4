#include "services/order/fulfilment.hpp"

#include <algorithm>
#include <map>

#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"
#include "money/money.hpp"

namespace kontor::order {
namespace {

using State = v1::Fulfilment::State;

constexpr std::int64_t kLongestWaitSeconds = 3600;

int indexOf(const v1::Order& order, const std::string& line_id) {
  int index = 0;
  while (index < order.lines_size() && order.lines(index).id() != line_id) ++index;
  KONTOR_ASSERT(index < order.lines_size(), "a parcel holds lines of its own order");
  return index;
}

// What the units [from, from + count) of a line cost when `share` is spread over all its `quantity` units by largest
// remainder: the first units have the odd cents.
std::int64_t costOfUnits(std::int64_t share, std::int64_t quantity, std::int64_t from, std::int64_t count) {
  const std::int64_t dearer = share % quantity;
  const std::int64_t odd_cents = std::min(from + count, dearer) - std::min(from, dearer);
  return share / quantity * count + odd_cents;
}

std::string_view wordOfWish(FulfilmentWish wish) {
  switch (wish) {
    case FulfilmentWish::kShip:
      return "shipped";
    case FulfilmentWish::kDeliver:
      return "delivered";
    case FulfilmentWish::kCancel:
      break;
  }
  return "cancelled";
}

}  // namespace

std::optional<State> fulfilmentAfter(State from, FulfilmentWish wish) {
  switch (wish) {
    case FulfilmentWish::kShip:
      if (from == v1::Fulfilment::STATE_PENDING) return v1::Fulfilment::STATE_SHIPPED;
      break;
    case FulfilmentWish::kDeliver:
      if (from == v1::Fulfilment::STATE_SHIPPED) return v1::Fulfilment::STATE_DELIVERED;
      break;
    case FulfilmentWish::kCancel:
      if (from == v1::Fulfilment::STATE_PENDING) return v1::Fulfilment::STATE_CANCELLED;
      break;
  }
  return std::nullopt;
}

ShippingDebt debtOf(const Fulfilment& fulfilment) {
  const State state = fulfilment.shown.state();
  if (state != v1::Fulfilment::STATE_SHIPPED && state != v1::Fulfilment::STATE_DELIVERED) return ShippingDebt::kNothing;
  if (!fulfilment.stock_taken) return ShippingDebt::kStock;
  return fulfilment.shown.capture() == v1::Fulfilment::CAPTURE_DONE ? ShippingDebt::kNothing : ShippingDebt::kMoney;
}

Fulfilment packWhole(const v1::Order& order, std::string checkout_id, std::string id, std::string location, Time now) {
  Fulfilment fulfilment;
  fulfilment.checkout_id = std::move(checkout_id);
  fulfilment.currency = order.currency();
  v1::Fulfilment& shown = fulfilment.shown;
  shown.set_id(std::move(id));
  shown.set_order_id(order.id());
  shown.set_state(v1::Fulfilment::STATE_PENDING);
  shown.set_location(std::move(location));
  for (const v1::OrderLine& line : order.lines()) {
    v1::FulfilmentLine& packed = *shown.add_lines();
    packed.set_line_id(line.id());
    packed.set_sku(line.sku());
    packed.set_quantity(line.quantity());
  }
  shown.set_capture(v1::Fulfilment::CAPTURE_NONE);
  shown.set_version(1);
  *shown.mutable_created_at() = toTimestamp(now);
  *shown.mutable_updated_at() = toTimestamp(now);
  return fulfilment;
}

void requireWhole(const v1::Order& order, const v1::CreateFulfilmentRequest& request) {
  if (request.lines().empty()) return;
  std::map<std::string, std::int64_t> wanted;
  for (const v1::FulfilmentLineRequest& line : request.lines()) wanted[line.line_id()] += line.quantity();
  std::map<std::string, std::int64_t> all;
  for (const v1::OrderLine& line : order.lines()) all[line.id()] = line.quantity();
  if (wanted == all) return;
  throw invalidField("lines", "WHOLE_ORDER_ONLY",
                     "a parcel holds the whole order for now: leave the lines out, or send each of the " +
                         std::to_string(all.size()) + " lines of order " + order.number() + " with its full quantity");
}

std::int64_t captureShare(const v1::Order& order, const google::protobuf::RepeatedPtrField<v1::FulfilmentLine>& lines) {
  const std::int64_t total = order.totals().total().amount();
  const std::int64_t fee = std::min(order.totals().shipping().amount(), total);
  std::vector<std::int64_t> weights;
  bool first = true;
  for (const v1::OrderLine& line : order.lines()) {
    weights.push_back(line.total().amount());
    first = first && line.fulfilled() == 0;
  }
  KONTOR_ASSERT(!weights.empty(), "an order has lines");
  const money::Money goods(total - fee, money::Currency::of(order.currency()));
  const std::vector<money::Money> shares = money::split(goods, weights);
  std::int64_t amount = first ? fee : 0;
  for (const v1::FulfilmentLine& shipped : lines) {
    const int index = indexOf(order, shipped.line_id());
    const v1::OrderLine& line = order.lines(index);
    const std::int64_t share = shares[static_cast<std::size_t>(index)].amount;
    amount += costOfUnits(share, line.quantity(), line.fulfilled(), shipped.quantity());
  }
  return amount;
}

void addShipped(v1::Order& order, const google::protobuf::RepeatedPtrField<v1::FulfilmentLine>& lines) {
  for (const v1::FulfilmentLine& shipped : lines) {
    v1::OrderLine& line = *order.mutable_lines(indexOf(order, shipped.line_id()));
    line.set_fulfilled(line.fulfilled() + shipped.quantity());
  }
  bool all = true;
  for (const v1::OrderLine& line : order.lines()) {
    KONTOR_ASSERT(line.fulfilled() <= line.quantity(), "no more is shipped than was ordered");
    all = all && line.fulfilled() == line.quantity();
  }
  order.set_fulfilment_status(all ? v1::Order::FULFILMENT_STATUS_FULFILLED
                                  : v1::Order::FULFILMENT_STATUS_PARTIALLY_FULFILLED);
}

bool isComplete(const v1::Order& order, const std::vector<Fulfilment>& fulfilments) {
  const bool shipped = std::all_of(order.lines().begin(), order.lines().end(),
                                   [](const v1::OrderLine& line) { return line.fulfilled() == line.quantity(); });
  return shipped && std::all_of(fulfilments.begin(), fulfilments.end(), [](const Fulfilment& fulfilment) {
           if (fulfilment.shown.state() == v1::Fulfilment::STATE_CANCELLED) return true;
           return fulfilment.shown.state() == v1::Fulfilment::STATE_DELIVERED &&
                  fulfilment.shown.capture() == v1::Fulfilment::CAPTURE_DONE;
         });
}

Duration captureBackoff(std::int64_t tries) {
  const std::int64_t seconds = std::int64_t{1} << std::clamp<std::int64_t>(tries, 0, 12);
  return std::chrono::seconds(std::min(seconds, kLongestWaitSeconds));
}

Error orderNotFulfillable(const v1::Order& order) {
  return Error(Code::kFailedPrecondition, "ORDER_NOT_FULFILLABLE",
               "the order " + order.number() + " is " + std::string(wordOf(order.status())) +
                   "; only a confirmed order is packed and shipped")
      .withDetail("number", order.number())
      .withDetail("status", std::string(wordOf(order.status())));
}

Error nothingToFulfil(const v1::Order& order) {
  return Error(Code::kFailedPrecondition, "NOTHING_TO_FULFIL",
               "all of order " + order.number() + " is in a parcel already: ship that one, or cancel it first")
      .withDetail("number", order.number());
}

Error wrongFulfilmentState(const v1::Fulfilment& fulfilment, FulfilmentWish wish) {
  const std::string state(wordOf(fulfilment.state()));
  return Error(Code::kFailedPrecondition, "FULFILMENT_STATE",
               "the parcel " + fulfilment.id() + " is " + state + " and cannot be " + std::string(wordOfWish(wish)))
      .withDetail("state", state);
}

}  // namespace kontor::order
