#pragma once

#include <vector>

#include "services/order/cross_checks.hpp"
#include "services/order/saga.hpp"

namespace kontor::order {

/// Asks every service of the checkout for its own invariants, reads their books beside ours page by page, and judges
/// what is older than `settle`: younger facts may be seen by one service and not yet by another.
class ShopCheck {
 public:
  /// All must outlive the check.
  ShopCheck(store::SqlStore& store, const OrderStore& orders, Neighbours neighbours, Time now, Duration settle)
      : store_(store), orders_(orders), neighbours_(std::move(neighbours)), now_(now), until_(now - settle) {}

  /// Once. A service that cannot be asked is a violation of its own, not an error.
  task<std::vector<type::v1::Invariant>> run(rpc::Context context);

 private:
  task<void> readStock(rpc::Context context);
  task<void> readMoney(rpc::Context context);
  task<void> readLocks(rpc::Context context);
  task<void> askForPayment(rpc::Context context, CheckoutFact checkout);
  /// Our facts after `after` up to `last`, without the young ones.
  task<std::vector<CheckoutFact>> factsBetween(std::string after, std::string last);

  store::SqlStore& store_;
  const OrderStore& orders_;
  Neighbours neighbours_;
  Time now_;
  Time until_;
  ShopInvariants shop_;
  std::vector<type::v1::Invariant> found_;
};

}  // namespace kontor::order
