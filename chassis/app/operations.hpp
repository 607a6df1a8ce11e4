#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class RealEnvironment;
}
namespace kontor::telemetry {
class Metrics;
}

namespace kontor::app {

/// The operations port of a process, apart from the public one: /livez (the process runs), /readyz (it wants work),
/// /metrics (Prometheus), /buildinfo. Says "not ready" until `setReady(true)`.
class Operations {
 public:
  /// Binds and serves at once; port 0 takes any free one. Throws as http::Server. All must outlive it.
  Operations(runtime::RealEnvironment& environment, telemetry::Metrics& metrics, std::string address, int port);
  ~Operations();

  void setReady(bool ready);
  std::string url() const;
  task<void> close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::app
