#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "chassis/base/error.hpp"
#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"
#include "services/order/domain.hpp"
#include "services/order/runs.hpp"
#include "services/order/store.hpp"

namespace kontor::runtime {
class Environment;
}

namespace kontor::order {

/// The limits of the saga, from settings.
struct Rules {
  std::string instance;  // this replica's name
  std::string owner;     // … and its present life's, in leases: "kontor/life_01…"
  Duration hold;         // how long a checkout waits for its buyer
  Duration lease;
  Duration payment_deadline;
  Duration payment_settle;
  Duration call;
};

/// The services that a checkout needs.
struct Neighbours {
  std::shared_ptr<cart::v1::Carts> carts;
  std::shared_ptr<inventory::v1::Inventory> inventory;
  std::shared_ptr<payment::v1::Payments> payments;
};

/// One drive of one checkout, by a call or by the background driver.
struct Run {
  Checkout checkout;
  Facts facts;
  rpc::Context context;                    // whose trace the drive belongs to
  std::string provider;                    // of the payment call
  std::string token;                       // secret: never written down
  std::unique_ptr<Run> old;                // the checkout that this one replaces
  std::optional<Error> failure;            // what the waiting caller is told instead of an answer
  std::shared_ptr<const v1::Order> order;  // as this drive made or changed it
};

/// What a transaction of the saga works on: the row as it is to be, and the order with it.
struct Draft {
  Checkout checkout;
  std::shared_ptr<const v1::Order> order;
};

/// Drives checkouts: the one place that moves them. Each step is recorded before it is tried, each is idempotent in its
/// callee by the checkout's id, and each write is fenced; so a drive that stops anywhere is gone on with from its row
/// by the next one. Needs the lease: the caller has taken it in the write that began the drive. Thread-safe.
class Saga {
 public:
  /// All must outlive the saga.
  Saga(runtime::Environment& environment, store::SqlStore& store, const OrderStore& orders, Neighbours neighbours,
       Rules rules);

  /// Goes on until there is nothing to do now. Never throws an Error: what went wrong is `run.failure`, and what is
  /// left is done by the driver later. `run` outlives the drive.
  task<void> drive(Run& run);

  /// The part of a transaction that makes the order of an authorised checkout and records `completing`; `order_id` and
  /// `token` are fresh. For calls that find their checkout and complete it in one transaction.
  task<void> beginCompleting(store::Transaction& in, Draft& draft, std::string order_id, std::string token,
                             std::string actor) const;
  /// As above for an unknown outcome: the order is made, and waits.
  task<void> placeAwaiting(store::Transaction& in, Draft& draft, std::string order_id, std::string token) const;
  /// Cancels a confirmed order: the guarded write with history and event. False: it cannot be cancelled.
  task<bool> cancelOrder(store::Transaction& in, Checkout& checkout, std::string actor, std::string reason) const;

  const Rules& rules() const { return rules_; }
  Runs& runs() { return runs_; }

 private:
  using Also = std::function<task<void>(store::Transaction&, Draft&)>;

  task<void> driveOn(Run& run);
  task<void> perform(Run& run, Action action);
  task<void> performUndo(Run& run, Action action);
  /// Writes the row as it is after `also`, and keeps or gives back the lease by what is next.
  task<void> write(Run& run, Also also);
  task<void> postpone(Run& run);
  task<void> parkRow(Run& run);

  task<void> clearOld(Run& run);
  task<void> lockCart(Run& run);
  task<void> reserve(Run& run);
  task<void> authorize(Run& run);
  task<void> ask(Run& run);
  task<void> callOff(Run& run);

  task<void> complete(Run& run);
  task<void> commit(Run& run);
  task<void> commitAndClose(Run& run);
  task<void> reserveAgain(Run& run);
  task<void> confirm(Run& run);
  task<void> giveUpOrder(Run& run);
  task<void> closeCart(Run& run);
  task<void> finish(Run& run);

  task<void> release(Run& run);
  task<void> returnMoney(Run& run);
  task<void> freeStock(Run& run);
  task<void> reopenCart(Run& run);
  task<void> fail(Run& run);
  task<void> cancelAsWished(Run& run);
  task<void> noteReturned(Run& run);
  task<void> lookAtLate(Run& run);

  task<void> placeOrder(store::Transaction& in, Draft& draft, std::string order_id, std::string token,
                        std::string actor) const;
  task<void> confirmOrder(store::Transaction& in, Draft& draft) const;
  rpc::Context callContext(const Run& run, Duration limit) const;
  task<void> changeOrder(store::Transaction& in, Draft& draft, OrderChange change) const;
  static Error orderMoved(const Checkout& checkout);

  runtime::Environment& environment_;
  store::SqlStore& store_;
  const OrderStore& orders_;
  Neighbours neighbours_;
  Rules rules_;
  Runs runs_;
};

}  // namespace kontor::order
