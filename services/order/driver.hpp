#pragma once

#include <cstdint>
#include <memory>

#include "services/order/bell.hpp"
#include "services/order/saga.hpp"
#include "services/order/shipping.hpp"

namespace kontor::telemetry {
class Log;
}

namespace kontor::order {

/// Drives checkouts and shipped parcels that nobody waits for: those whose time has come (expiry, a question to the
/// provider), those that a crash or a failed call left behind, and those that something has happened to. Claims them by
/// lease, so any number of replicas can run one each.
class Driver {
 public:
  struct Options {
    std::int64_t concurrency;
    Duration poll;
  };
  /// All must outlive the driver. `bell` is rung to make it look at once.
  Driver(runtime::Environment& environment, store::SqlStore& store, const OrderStore& orders, Saga& saga,
         Shipping& shipping, Bell bell, const telemetry::Log& log, Options options);
  ~Driver();

  /// Begins with what this replica's past life left behind.
  task<void> start();
  /// Returns when no drive of it runs any more; what is left keeps its row.
  task<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::order
