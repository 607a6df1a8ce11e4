#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kontor/type/v1/invariants.kontor.hpp"
#include "services/order/cross_checks.hpp"
#include "services/order/saga.hpp"

namespace kontor::order {

/// A service that is asked for its own invariants.
struct Checked {
  std::string service;
  std::function<task<type::v1::CheckInvariantsResponse>(rpc::Context, type::v1::CheckInvariantsRequest)> ask;
};
template <class Contract>
Checked checkedBy(std::string service, std::shared_ptr<Contract> client) {
  return {std::move(service), [client](rpc::Context context, type::v1::CheckInvariantsRequest request) {
            return client->CheckInvariants(std::move(context), std::move(request));
          }};
}

/// By what a check judges. A shop that stands still has no young facts.
struct Moment {
  Time as_of;  // decides what is late
  Time until;  // facts that changed later are too young: one service may have seen them and another not yet
};

/// Asks every service for its own invariants, reads the books of those that a checkout needs beside ours page by page,
/// and judges them. Memory stays small however many orders there are.
class ShopCheck {
 public:
  /// All must outlive the check.
  ShopCheck(store::SqlStore& store, const OrderStore& orders, const Neighbours& neighbours,
            const std::vector<Checked>& services, Moment moment)
      : store_(store), orders_(orders), neighbours_(neighbours), services_(services), moment_(moment) {}

  /// Once. A service that cannot be asked is a violation of its own, not an error.
  task<std::vector<type::v1::Invariant>> run(rpc::Context context);

 private:
  /// Our facts of one range of references, a page at a time.
  struct Range {
    std::string after;
    std::string last;  // empty: to the end
    bool more = true;
  };

  task<void> attempt(std::string service, task<void> work);
  task<void> askOne(const Checked& service, rpc::Context context);
  task<void> readStock(rpc::Context context);
  task<void> readMoney(rpc::Context context);
  task<void> readLocks(rpc::Context context);
  task<void> askForPayment(rpc::Context context, CheckoutFact checkout);
  task<std::vector<CheckoutFact>> nextFacts(Range& range);

  store::SqlStore& store_;
  const OrderStore& orders_;
  const Neighbours& neighbours_;
  const std::vector<Checked>& services_;
  Moment moment_;
  ShopInvariants shop_;
  std::vector<type::v1::Invariant> found_;
};

}  // namespace kontor::order
