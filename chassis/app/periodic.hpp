#pragma once

#include <functional>
#include <memory>
#include <string>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::telemetry {
class Log;
}

namespace kontor::app {

/// Work that a service does by itself, round after round, on the environment's background executor: sweeps, clean-ups.
///
/// The first round begins at once, each next one `interval` after the last ended. A round that throws is logged and
/// counts as ended. `environment` must outlive it; the job runs no more once `stop` has returned.
class Periodic {
 public:
  using Job = std::function<task<void>()>;

  /// `name` says in the log what failed: "inventory sweep".
  Periodic(runtime::Environment& environment, const telemetry::Log& log, std::string name, Duration interval, Job job);
  /// Asserts that it was never started, or stopped, or that its executor has dropped it.
  ~Periodic();

  /// Once.
  void start();
  /// Ends the wait between rounds; returns when a running round has ended. Nothing when it was not started.
  task<void> stop();

 private:
  struct State;
  class Life;
  static task<void> rounds(std::shared_ptr<State> state, Life life);
  static task<void> oneRound(State& state);

  runtime::Environment& environment_;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::app
