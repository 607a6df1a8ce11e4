#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/order/fulfilment.hpp"

namespace kontor::order {

/// What shipping needs of a store: parcels in, parcels out. Writes belong to the caller's transaction, which takes the
/// order's row before those of its parcels. Thread-safe: it keeps no state.
class FulfilmentStore {
 public:
  /// Adds a parcel with its lines.
  static task<void> insert(store::Transaction& in, const Fulfilment& fulfilment);
  static task<std::optional<Fulfilment>> find(store::Statements& in, std::string id);
  /// All of an order, in the order in which they were packed.
  static task<std::vector<Fulfilment>> ofOrder(store::Statements& in, std::string order_id);
  /// Writes a row if it still is as `fulfilment` last saw it (state and epoch); throws ABORTED "LEASE_LOST" when not.
  static task<void> save(store::Transaction& in, const Fulfilment& fulfilment);
  /// Unpacks what an order that is being cancelled has pending.
  static task<void> cancelPending(store::Transaction& in, std::string order_id);

  /// Takes the row of a confirmed order for this transaction; false when it is not confirmed.
  static task<bool> touchOrder(store::Transaction& in, std::string order_id);
  /// Writes the fulfilment status and the shipped quantities of a confirmed order; false when it is not confirmed.
  static task<bool> writeShipped(store::Transaction& in, const v1::Order& order);

  /// Takes up to `most` due rows for `owner`.
  static task<std::vector<Fulfilment>> claimDue(store::Transaction& in, std::string owner, Duration lease,
                                                std::int64_t most);
  /// Frees what past lives of `instance` held, as OrderStore does.
  static task<void> freeLeases(store::Transaction& in, std::string instance, std::string owner);
  /// When the next row becomes due.
  static task<std::optional<Time>> nextDue(store::Statements& in);

  /// Checks parcels, their orders and lines against each other; `now` tells what is overdue.
  static task<std::vector<store::Audit>> audit(store::Statements& in, Time now);
};

/// Takes or renews the lease for `owner`: until `now + lease` nobody else drives the parcel.
void hold(Fulfilment& fulfilment, std::string_view owner, Time now, Duration lease);

}  // namespace kontor::order
