#pragma once

#include <memory>

#include "chassis/bus/bus.hpp"

namespace kontor::store {
class SqlStore;
}
namespace kontor::runtime {
class Environment;
}

namespace kontor::bus {

/// Sends a store's outbox to the bus: selects unpublished rows (never "id > last": commits arrive out of order),
/// publishes them, marks them published; begins with what a crash left. Wakes on each commit that emitted, and every
/// few seconds besides. The store, bus and environment must outlive it.
class Relay {
 public:
  Relay(runtime::Environment& environment, store::SqlStore& store, Bus& bus);
  ~Relay();

  void start();
  /// Ends after the batch in flight.
  task<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::bus
