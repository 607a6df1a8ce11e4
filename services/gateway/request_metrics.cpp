#include "services/gateway/request_metrics.hpp"

#include "services/gateway/route.hpp"

namespace kontor::gateway {

RequestMetrics::RequestMetrics(telemetry::Metrics& metrics) : metrics_(metrics) { slots_[nullptr]; }

void RequestMetrics::know(const Route& route) { slots_[&route]; }

telemetry::Histogram RequestMetrics::find(const Route* route, int status) {
  // A client may send any word as verb: only those of routes become labels, and a HEAD counts as its GET.
  const std::string method = route != nullptr ? route->verb : "other";
  return metrics_.histogram(
      "http_server_request_duration_seconds", "Time from a request's head to its answer.",
      {{"method", method}, {"route", route != nullptr ? route->path : "unknown"}, {"status", std::to_string(status)}});
}

void RequestMetrics::record(const Route* route, int status, double seconds) {
  Slots& slots = slots_.find(route)->second;
  auto& slot = slots[static_cast<std::size_t>(status) % slots.size()];
  if (const Entry* entry = slot.load(std::memory_order_acquire); entry != nullptr && entry->status == status) {
    entry->histogram.observe(seconds);
    return;
  }
  const telemetry::Histogram histogram = find(route, status);
  histogram.observe(seconds);
  const std::lock_guard lock(mutex_);
  entries_.push_back({status, histogram});
  slot.store(&entries_.back(), std::memory_order_release);
}

}  // namespace kontor::gateway
