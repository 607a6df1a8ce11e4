#pragma once

#include <memory>

#include "chassis/bus/bus.hpp"

namespace kontor::store {
class SqlStore;
}
namespace kontor::runtime {
class Environment;
}
namespace kontor::telemetry {
class Log;
}

namespace kontor::bus {

/// Sends a store's outbox to the bus: selects unpublished rows (never "id > last": commits arrive out of order),
/// publishes them, marks them published; begins with what a crash left. Wakes on each commit that emitted, and every
/// few seconds besides. While the bus or the store fails it tries again, ever more seldom. The store, bus and
/// environment must outlive it.
class Relay {
 public:
  /// Sets the store's `onEmit`, so it is made before the store's first transaction. Failures go to `log`, if any.
  Relay(runtime::Environment& environment, store::SqlStore& store, Bus& bus, const telemetry::Log* log = nullptr);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Begins, on the environment's background executor. Once.
  void start();
  /// Ends after the batch in flight; returns when it has ended. What is unsent stays in the outbox.
  task<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::bus
