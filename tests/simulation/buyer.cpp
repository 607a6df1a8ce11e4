#include "tests/simulation/buyer.hpp"

#include <utility>

#include "kontor/payment/v1/payment.kontor.hpp"

namespace kontor::simulation {
namespace {

using namespace std::chrono_literals;
using cart::v1::Carts;
using order::v1::Order;
using order::v1::Orders;
using payment::v1::Payments;

constexpr int kPayments = 12;  // by one buyer of one cart, after which something must be wrong
constexpr int kLooks = 600;    // at an outcome that is not known yet
constexpr Duration kLookPause = 500ms;
constexpr Duration kThought = 300ms;

void address(type::v1::Address& where) {
  where.set_name("Ada Example");
  where.set_line1("Main Street 1");
  where.set_city("Berlin");
  where.set_postal_code("10115");
  where.set_country("DE");
}

Units unitsOf(const cart::v1::Cart& cart) {
  Units units;
  for (const auto& line : cart.lines()) units[line.sku()] += line.quantity();
  return units;
}

}  // namespace

task<void> Buyer::run() {
  for (const Errand& errand : errands_) {
    co_await pause(kThought);
    co_await shop(errand);
  }
  done_ = true;
}

task<void> Buyer::shop(Errand errand) {
  const std::string cart = co_await fillCart(errand);
  if (cart.empty()) co_return;
  const bool bought = co_await buy(cart, errand);
  if (!bought || !errand.cancels) co_return;
  co_await pause(kThought);
  co_await cancel(last_order_);
}

task<std::string> Buyer::fillCart(Errand errand) {
  const Answer<cart::v1::Cart> made = co_await insist(Action::kCart, &Carts::CreateCart, cart::v1::CreateCartRequest());
  if (!made.ok()) {
    complain("no cart is to be had: " + made.reason());
    co_return std::string();
  }
  const std::string id = made.value().id();
  rememberCart(made.value());
  for (const auto& [sku, quantity] : errand.units) {
    const bool added = co_await addLine(id, sku, quantity);
    if (!added) complain("the cart does not take " + sku);
  }
  cart::v1::UpdateCartRequest who;
  who.set_cart_id(id);
  who.set_email(name_ + "@example.com");
  address(*who.mutable_shipping_address());
  co_await insist(Action::kCart, &Carts::UpdateCart, std::move(who));
  cart::v1::SetShippingRequest shipping;
  shipping.set_cart_id(id);
  shipping.set_option_id("standard");
  const Answer<cart::v1::Cart> ready = co_await insist(Action::kCart, &Carts::SetShipping, std::move(shipping));
  if (!ready.ok()) complain("the cart takes no shipping: " + ready.reason());
  if (ready.ok()) rememberCart(ready.value());
  co_return id;
}

task<bool> Buyer::addLine(std::string cart, std::string sku, std::int64_t quantity) {
  cart::v1::AddLineRequest line;
  line.set_cart_id(std::move(cart));
  line.set_sku(std::move(sku));
  line.set_quantity(quantity);
  const Answer<cart::v1::Cart> added = co_await insist(Action::kCart, &Carts::AddLine, std::move(line));
  if (added.ok()) rememberCart(added.value());
  co_return added.ok();
}

// True when there is an order.
task<bool> Buyer::buy(std::string cart, Errand errand) {
  const std::string key = newKey();
  for (int round = 0; round < kPayments; ++round) {
    const Paid paid = co_await pay(cart, errand);
    if (paid == Paid::kGaveUp || errand.leaves) co_return false;
    if (paid == Paid::kTryAgain) {
      errand.token = "tok_approve";
      continue;
    }
    co_await pause(kThought);
    if (std::exchange(errand.changes_cart, false)) {
      const bool changed = co_await addLine(cart, errand.units.begin()->first, 1);
      if (changed) continue;
    }
    const Bought bought = co_await complete(cart, key + std::to_string(round));
    if (bought == Bought::kYes) co_return true;
    if (bought == Bought::kGaveUp || errand.gives_up) co_return false;
    errand.token = "tok_approve";
    errand.approves = true;
  }
  complain("a cart was paid " + std::to_string(kPayments) + " times and never became an order");
  co_return false;
}

task<Buyer::Paid> Buyer::pay(std::string cart, Errand errand) {
  order::v1::PayRequest request;
  request.set_cart_id(cart);
  request.set_provider("sandbox");
  request.set_token(errand.token);
  const Answer<order::v1::PayResponse> answer = co_await insist(Action::kPay, &Orders::Pay, std::move(request));
  if (answer.ok()) {
    const payment::v1::Payment& payment = answer.value().payment();
    const bool acts = payment.state() == payment::v1::Payment::STATE_REQUIRES_ACTION;
    if (acts && errand.token == "tok_requires_action") co_await act(payment.next_action().url(), errand.approves);
    co_return Paid::kYes;
  }
  const std::string reason = answer.reason();
  if (reason == "OUT_OF_STOCK") co_return Paid::kGaveUp;
  if (reason == "PAYMENT_DECLINED") co_return errand.gives_up ? Paid::kGaveUp : Paid::kTryAgain;
  if (reason == "CART_CHANGED") co_return Paid::kTryAgain;
  if (reason == "CART_CLOSED") co_return Paid::kYes;  // it became an order without us: completing tells which
  if (reason == "PAYMENT_PENDING") {
    co_await pause(kLookPause);
    co_return Paid::kYes;
  }
  complain("a payment was refused: " + reason + ": " + answer.error()->message());
  co_return Paid::kGaveUp;
}

// The buyer at the bank's page, whose address ends with the action's id.
task<void> Buyer::act(std::string url, bool approves) {
  payment::v1::DecideSandboxActionRequest request;
  request.set_id(url.substr(url.rfind('/') + 1));
  request.set_outcome(approves ? "approve" : "decline");
  const auto answer = co_await insist(Action::kPay, &Payments::DecideSandboxAction, std::move(request));
  // It may have expired in the long time that a shop needs to come back.
  if (!answer.ok() && answer.reason() != "ACTION_CLOSED") complain("the bank refuses: " + answer.reason());
}

task<Buyer::Bought> Buyer::complete(std::string cart, std::string key) {
  for (int look = 0; look < kLooks; ++look) {
    order::v1::CompleteRequest request;
    request.set_cart_id(cart);
    const Answer<order::v1::CompleteResponse> answer =
        co_await insistWith(Action::kComplete, &Orders::Complete, std::move(request), key);
    const std::string reason = answer.reason();
    if (answer.ok()) {
      const Order& order = answer.value().order();
      remember(cart, order);
      if (order.status() == Order::STATUS_CONFIRMED || order.status() == Order::STATUS_COMPLETED)
        co_return Bought::kYes;
      if (order.status() == Order::STATUS_CANCELLED) co_return Bought::kPayAgain;
    } else if (reason == "PAYMENT_REQUIRED" || reason == "PAYMENT_DECLINED") {
      co_return Bought::kPayAgain;
    } else if (reason == "OUT_OF_STOCK") {
      co_return Bought::kGaveUp;
    } else if (reason == "PAYMENT_ACTION_REQUIRED") {
      co_return Bought::kGaveUp;  // a bank that answers too late: the checkout expires, and money may come after it
    } else if (reason != "PAYMENT_PENDING") {
      complain("a cart was not completed: " + reason + ": " + answer.error()->message());
      co_return Bought::kGaveUp;
    }
    co_await pause(kLookPause);
  }
  complain("an order's payment is without outcome for ever");
  co_return Bought::kGaveUp;
}

task<void> Buyer::cancel(std::string order_id) {
  order::v1::CancelOwnOrderRequest request;
  request.set_number(facts_.orders.at(order_id).number);
  request.set_token(facts_.orders.at(order_id).token);
  request.set_reason("changed my mind");
  const Answer<order::v1::CancelResponse> answer =
      co_await insist(Action::kCancel, &Orders::CancelOwnOrder, std::move(request));
  if (answer.ok() && answer.value().order().status() == Order::STATUS_CANCELLED) {
    facts_.orders.at(order_id).cancelled = true;
  } else if (!answer.ok() && answer.reason() != "ORDER_NOT_CANCELLABLE") {
    complain("an order was not cancelled: " + answer.reason());
  }
}

void Buyer::remember(const std::string& cart, const Order& order) {
  KnownOrder& known = facts_.orders[order.id()];
  known.number = order.number();
  if (!order.token().empty()) known.token = order.token();
  known.total = order.totals().total().amount();
  known.units.clear();
  for (const auto& line : order.lines()) known.units[line.sku()] += line.quantity();
  if (order.status() != Order::STATUS_PENDING) known.confirmed = order.status() != Order::STATUS_CANCELLED;
  if (known.confirmed) facts_.carts.erase(cart);
  last_order_ = order.id();
}

void Buyer::rememberCart(const cart::v1::Cart& cart) { facts_.carts[cart.id()] = unitsOf(cart); }

}  // namespace kontor::simulation
