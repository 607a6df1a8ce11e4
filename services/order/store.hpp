#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/order/domain.hpp"
#include "services/order/record.hpp"

namespace kontor::security {
class Sealer;
}

namespace kontor::order {

/// What checks across services compare with the others' books.
struct CheckoutFact {
  std::string id;
  std::string cart_hash;
  Step step;
  std::string order_id;
  v1::Order::Status order_status;
  v1::Order::PaymentStatus order_payment;
  Time changed_at;  // of the checkout or its order, whichever is later
  std::int64_t total = 0;
  v1::Order::FulfilmentStatus fulfilment = v1::Order::FULFILMENT_STATUS_UNSPECIFIED;
  std::int64_t captured = 0;  // what its order has heard of
  std::int64_t due = 0;       // … of what its shipped parcels take
  bool contested = true;      // its cart has had other checkouts
  bool young = false;         // changed too lately to be judged

  bool hasStandingOrder() const {
    return order_status == v1::Order::STATUS_CONFIRMED || order_status == v1::Order::STATUS_COMPLETED;
  }
  /// Ended, and not with an order that stands: nothing may be left of it.
  bool leavesNothing() const;
  /// Money is being asked for, taken or given back: until that has ended, our book may be behind the provider's.
  bool movesMoney() const;
};

/// What the saga needs of a store: rows in, rows out, decisions elsewhere. Writes belong to the caller's transaction.
/// Secrets and personal data are sealed on their way in and opened on their way out. Thread-safe: it keeps no state.
class OrderStore {
 public:
  /// `sealer` must outlive the store.
  explicit OrderStore(const security::Sealer& sealer) : sealer_(sealer) {}

  const security::Sealer& sealer() const { return sealer_; }
  std::string cartHash(const std::string& cart_id) const;
  /// How a row keeps the key of a call; empty without one.
  RequestKey requestKey(const rpc::Context& context) const;

  task<std::optional<Checkout>> checkout(store::Statements& in, std::string id) const;
  /// Only its step, from the latest committed state: for those who mostly have nothing to do.
  static task<std::optional<Step>> stepOf(store::SqlStore& in, std::string id);
  /// All checkouts of a cart, the newest first.
  task<std::vector<Checkout>> checkoutsOfCart(store::Statements& in, std::string cart_hash) const;
  /// Adds a row with its cart's id. Throws "UNIQUE_VIOLATION" when another checkout of its cart is in force.
  task<void> insert(store::Transaction& in, const Checkout& checkout) const;
  /// Writes a row if it still is as `checkout` last saw it (step and epoch); throws ABORTED "LEASE_LOST" when not.
  /// A parked row that was nudged meanwhile becomes due at once. Also keeps what `checkout.unkept` names.
  task<void> save(store::Transaction& in, const Checkout& checkout) const;
  /// Marks news that the next driver must look at; wakes it unless somebody drives now. False: no such row.
  task<bool> nudge(store::Transaction& in, std::string id) const;
  /// Records a wish to cancel the order; the first one counts.
  task<void> wishCancelled(store::Transaction& in, std::string id, std::string actor, std::string reason) const;
  /// Takes up to `most` due rows for `owner`.
  task<std::vector<Checkout>> claimDue(store::Transaction& in, std::string owner, Duration lease,
                                       std::int64_t most) const;
  /// Frees what past lives of `instance` held: leases of its name that are not `owner`'s, its present life's.
  task<void> freeLeases(store::Transaction& in, std::string instance, std::string owner) const;
  /// Deletes up to `most` checkouts that failed before `before` and made no order, with what they kept; how many.
  static task<std::int64_t> forgetFailed(store::Transaction& in, Time before, std::int64_t most);
  /// When the next row becomes due.
  task<std::optional<Time>> nextDue(store::Statements& in) const;

  task<std::string> nextNumber(store::Transaction& in) const;
  /// Adds the order with its lines and its history.
  task<void> insertOrder(store::Transaction& in, const OrderRecord& record) const;
  /// False when the order is not in `change.from`, or is cancelled by it although some of it was shipped.
  task<bool> changeOrder(store::Transaction& in, const OrderChange& change) const;
  /// Adds an entry to an order's history, at the transaction's time.
  static task<void> tell(store::Transaction& in, std::string order_id, v1::HistoryEntry entry);
  /// With lines, history and parcels.
  task<std::optional<OrderRecord>> order(store::Statements& in, std::string id) const;
  task<std::optional<OrderRecord>> orderNumbered(store::Statements& in, std::string number) const;
  /// Only what a message needs, by the order or by its checkout: one of both is empty.
  task<std::optional<v1::Recipient>> recipient(store::Statements& in, std::string order_id,
                                               std::string checkout_id) const;
  /// True when `token` is the order's own; takes the same time for any other.
  task<bool> tokenFits(store::Statements& in, std::string order_id, std::string token) const;
  /// Orders with lines, without history, numbers falling, below `below`.
  task<std::vector<OrderRecord>> orders(store::Statements& in, std::optional<v1::Order::Status> status,
                                        std::int64_t below, std::int64_t most) const;

  /// What columns alone can tell of checkouts and orders; `now` decides what is overdue.
  task<std::vector<store::Audit>> audit(store::Statements& in, Time now) const;
  /// Checkouts in the order of their ids, after `after` and up to `last` (empty: to the end).
  task<std::vector<CheckoutFact>> facts(store::Statements& in, std::string after, std::string last,
                                        std::int64_t most) const;

 private:
  Checkout readCheckout(const store::Row& row) const;
  task<void> keep(store::Transaction& in, const Checkout& checkout, std::string kind, std::string body) const;
  OrderRecord readOrder(const store::Row& row) const;
  task<std::optional<OrderRecord>> oneOrder(store::Statements& in, store::Rows rows) const;

  const security::Sealer& sealer_;
};

}  // namespace kontor::order
