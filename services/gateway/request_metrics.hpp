#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "chassis/telemetry/metrics.hpp"

namespace kontor::gateway {

struct Route;

/// `http_server_request_duration_seconds{method,route,status}`: looked up once for each route and status, then an array
/// access. Thread-safe after the routes are known.
class RequestMetrics {
 public:
  /// `metrics` outlives this.
  explicit RequestMetrics(telemetry::Metrics& metrics);

  /// Before the first `record`.
  void know(const Route& route);
  /// `route` is null for what no route was found for; all such requests count as one route "unknown".
  void record(const Route* route, int status, double seconds);

 private:
  struct Entry {
    int status;
    telemetry::Histogram histogram;
  };
  /// By status modulo the size: the statuses in use do not collide; those that did would be looked up each time.
  using Slots = std::array<std::atomic<const Entry*>, 64>;

  telemetry::Histogram find(const Route* route, int status);

  telemetry::Metrics& metrics_;
  std::unordered_map<const Route*, Slots> slots_;
  std::mutex mutex_;           // guards `entries_`
  std::deque<Entry> entries_;  // stay where they are
};

}  // namespace kontor::gateway
