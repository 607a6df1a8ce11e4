#pragma once

#include <string>
#include <vector>

#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"
#include "services/order/store.hpp"

namespace kontor::order {

/// A page of the others' books beside our own facts: what the checks below judge. Each holds all that both sides know
/// in one range of references; facts that are too young are marked so.
struct StockPage {
  std::vector<inventory::v1::Reservation> reservations;  // held or committed
  std::vector<CheckoutFact> checkouts;
};
struct MoneyPage {
  std::vector<payment::v1::BookEntry> entries;
  std::vector<CheckoutFact> checkouts;
};
struct LockPage {
  std::vector<cart::v1::CartLock> locks;  // carts that are locked or completed
  std::vector<CheckoutFact> checkouts;
};

/// The invariants that no service can judge alone. Pure: pages in, violations out; made once for each check.
class ShopInvariants {
 public:
  void judge(const StockPage& page);
  void judge(const MoneyPage& page);
  void judge(const LockPage& page);
  /// An order that stands and has no money under its reference.
  void noteUnpaid(const CheckoutFact& checkout);
  /// A service that could not be asked: nothing can be said of what it knows.
  void noteUnanswered(const std::string& service, const std::string& why);
  /// Standing orders of the page without an entry: the caller asks for their payments one by one.
  static std::vector<CheckoutFact> unpaidOf(const MoneyPage& page);

  std::vector<store::Audit> take() &&;

 private:
  void judgeEntry(const payment::v1::BookEntry& entry, const CheckoutFact* checkout);
  void judgeOrder(const payment::v1::BookEntry& entry, const CheckoutFact& checkout);

  store::Audit leftovers_{"shop: every settled checkout ended in an order or left nothing"};
  store::Audit known_{"shop: stock, money and carts are held only for checkouts that are there"};
  store::Audit stock_{"shop: every order that stands has its stock promised"};
  store::Audit carts_{"shop: an order's cart is completed, and a completed cart has its order"};
  store::Audit single_{"shop: at most one authorisation is in force for an order"};
  store::Audit paid_{"shop: an order and its payment agree on the amount and on what was taken"};
  store::Audit books_{"shop: the provider's book equals ours"};
  store::Audit answered_{"shop: every service answered the check"};
  std::vector<std::pair<std::string, std::string>> in_force_;  // cart hash, reference, where a cart has several
};

}  // namespace kontor::order
