#pragma once

#include <string>
#include <vector>

#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"
#include "services/order/store.hpp"

namespace kontor::order {

/// A page of the others' books beside our own facts: what the checks below judge. All facts are old enough.
struct StockPage {
  std::vector<inventory::v1::Reservation> reservations;  // held or committed
  std::vector<CheckoutFact> checkouts;                   // all in the same range of references
};
struct MoneyPage {
  std::vector<payment::v1::BookEntry> entries;
  std::vector<CheckoutFact> checkouts;
};
struct LockPage {
  std::vector<cart::v1::CartLock> locks;  // carts that are locked
  std::vector<CheckoutFact> checkouts;
};

/// The invariants that no service can judge alone. Pure: pages in, violations out; made once for each check.
class ShopInvariants {
 public:
  ShopInvariants();

  void judge(const StockPage& page);
  void judge(const MoneyPage& page);
  void judge(const LockPage& page);
  /// An order that stands and has no money under its reference.
  void noteUnpaid(const CheckoutFact& checkout);
  /// A service that could not be asked: nothing can be said of what it knows.
  void noteUnanswered(const std::string& service, const std::string& why);
  /// Standing orders of the page without an entry: the caller asks for their payments one by one.
  static std::vector<CheckoutFact> unpaidOf(const MoneyPage& page);

  std::vector<type::v1::Invariant> take() &&;

 private:
  void judgeEntry(const payment::v1::BookEntry& entry, const CheckoutFact* checkout);

  type::v1::Invariant leftovers_;
  type::v1::Invariant stock_;
  type::v1::Invariant single_;
  type::v1::Invariant books_;
  type::v1::Invariant answered_;
  std::vector<std::pair<std::string, std::string>> in_force_;  // cart hash, reference
};

}  // namespace kontor::order
