#include "tests/simulation/shipper.hpp"

#include "kontor/order/v1/order.kontor.hpp"

namespace kontor::simulation {
namespace {

using namespace std::chrono_literals;
using order::v1::Fulfilment;
using order::v1::Order;
using order::v1::Orders;

constexpr Duration kBetweenRounds = 1500ms;
constexpr int kPage = 100;

}  // namespace

// One more round after the shop has closed: what came meanwhile is shipped too.
task<void> Shipper::run() {
  for (bool last = false; !last;) {
    last = closing_();
    const std::vector<std::string> orders = co_await confirmed();
    for (const std::string& order : orders) co_await ship(order);
    if (!last) co_await pause(kBetweenRounds);
  }
  done_ = true;
}

task<std::vector<std::string>> Shipper::confirmed() {
  std::vector<std::string> ids;
  std::string token;
  do {
    order::v1::ListOrdersRequest request;
    request.set_page_size(kPage);
    request.set_page_token(token);
    request.set_status(Order::STATUS_CONFIRMED);
    const Answer<order::v1::ListOrdersResponse> answer =
        co_await insistWith(Action::kLook, &Orders::ListOrders, std::move(request), std::string());
    if (!answer.ok()) break;
    for (const Order& order : answer.value().orders())
      if (order.fulfilment_status() == Order::FULFILMENT_STATUS_UNFULFILLED) ids.push_back(order.id());
    token = answer.value().next_page_token();
  } while (!token.empty());
  co_return ids;
}

// A buyer may cancel at any moment before the parcel is with its carrier.
task<void> Shipper::ship(std::string order) {
  order::v1::CreateFulfilmentRequest pack;
  pack.set_order_id(order);
  const Answer<Fulfilment> packed = co_await insist(Action::kShipping, &Orders::CreateFulfilment, std::move(pack));
  if (!packed.ok()) co_return;
  order::v1::ShipFulfilmentRequest send;
  send.set_id(packed.value().id());
  send.set_carrier("DHL");
  const Answer<Fulfilment> sent = co_await insist(Action::kShipping, &Orders::ShipFulfilment, std::move(send));
  if (!sent.ok()) co_return;
  facts_.shipped.insert(order);
  co_await pause(kBetweenRounds);
  order::v1::DeliverFulfilmentRequest deliver;
  deliver.set_id(packed.value().id());
  const Answer<Fulfilment> there = co_await insist(Action::kShipping, &Orders::DeliverFulfilment, std::move(deliver));
  if (there.ok()) facts_.delivered.insert(order);
  if (!there.ok()) complain("a parcel cannot be delivered: " + there.reason());
}

}  // namespace kontor::simulation
