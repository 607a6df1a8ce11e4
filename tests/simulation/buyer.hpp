#pragma once

#include <string>

#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "tests/simulation/client.hpp"

namespace kontor::simulation {

/// What a buyer means to do with a cart.
struct Errand {
  Units units;
  std::string token = "tok_approve";
  bool leaves = false;        // pays and never comes back: the checkout expires
  bool approves = true;       // what a payment asks of its buyer
  bool changes_cart = false;  // after paying, so that the checkout is given up and begun again
  bool cancels = false;       // once the order stands
  bool gives_up = false;      // after a decline, instead of paying by other means
};

/// A guest: fills carts, pays, completes, cancels, or leaves.
class Buyer final : public Client {
 public:
  Buyer(World& world, Facts& facts, std::string name, std::vector<Errand> errands)
      : Client(world, facts, std::move(name)), errands_(std::move(errands)) {}

  /// All errands, one after the other. Once, on the clients' executor.
  task<void> run();

 private:
  enum class Paid : std::uint8_t { kYes, kTryAgain, kGaveUp };
  enum class Bought : std::uint8_t { kYes, kPayAgain, kGaveUp };

  task<void> shop(Errand errand);
  task<std::string> fillCart(Errand errand);
  task<bool> addLine(std::string cart, std::string sku, std::int64_t quantity);
  task<bool> buy(std::string cart, Errand errand);
  task<Paid> pay(std::string cart, Errand errand);
  task<void> act(std::string url, bool approves);
  task<Bought> complete(std::string cart, std::string key);
  task<void> cancel(std::string order_id);
  void remember(const std::string& cart, const order::v1::Order& order);
  void rememberCart(const cart::v1::Cart& cart);

  std::vector<Errand> errands_;
  std::string last_order_;
};

}  // namespace kontor::simulation
