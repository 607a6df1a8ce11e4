#pragma once

#include <optional>
#include <string>

#include "services/order/saga.hpp"
#include "services/order/store_fulfilments.hpp"

namespace kontor::order {

/// What shipping a parcel sets off: its stock leaves the shelf and its share of the money is captured, each once under
/// the parcel's own name, whatever is repeated or lost. The parcel's row records the debt in the write that ships it;
/// a drive that stops anywhere is gone on with from there. Thread-safe.
class Shipping {
 public:
  /// All must outlive it.
  Shipping(store::SqlStore& store, Neighbours neighbours, const OrderStore& orders, const Rules& rules)
      : store_(store), neighbours_(std::move(neighbours)), orders_(orders), rules_(rules) {}

  /// The guarded write that ships `parcel`: the order's row, the parcel with its lease, history and event. Throws
  /// "FULFILMENT_STATE" or "ORDER_NOT_FULFILLABLE". The caller then drives what it returns.
  task<Fulfilment> ship(store::Transaction& in, Fulfilment parcel, const v1::ShipFulfilmentRequest& request,
                        std::string actor) const;
  /// The buyer has it; completes the order when nothing is left to do.
  task<Fulfilment> deliver(store::Transaction& in, Fulfilment parcel, std::string actor) const;

  /// Unpacks a parcel that was not shipped.
  task<Fulfilment> unpack(store::Transaction& in, Fulfilment parcel, std::string actor, std::string reason) const;

  /// Pays what a shipped parcel owes, as far as the others answer now; what is left is tried again later, and what
  /// stood in the way returned. Needs the parcel's lease. Throws nothing.
  task<std::optional<Error>> drive(Fulfilment parcel);

  const Rules& rules() const { return rules_; }

 private:
  /// What a drive has come to.
  struct Outcome {
    bool stock_taken = false;
    std::optional<payment::v1::Payment> payment;  // after the capture
    std::optional<Error> trouble;
  };
  task<void> takeStock(const Fulfilment& parcel);
  task<payment::v1::Payment> capture(const Fulfilment& parcel);
  task<void> pay(const Fulfilment& parcel, Outcome& outcome);
  task<void> write(Fulfilment parcel, const Outcome& outcome);
  task<void> noteCaptured(store::Transaction& in, const Fulfilment& parcel, const payment::v1::Payment& payment) const;
  task<void> noteTrouble(store::Transaction& in, Fulfilment& parcel, const Error& trouble) const;
  task<void> completeOrder(store::Transaction& in, std::string order_id) const;
  rpc::Context callContext() const;

  store::SqlStore& store_;
  Neighbours neighbours_;
  const OrderStore& orders_;
  const Rules& rules_;
};

}  // namespace kontor::order
