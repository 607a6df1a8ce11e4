#include "chassis/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <map>
#include <mutex>

#include "chassis/base/assert.hpp"

namespace kontor::telemetry {
namespace {

// opentelemetry.io/docs/specs/semconv/http/http-metrics, "http.server.request.duration".
constexpr std::array<double, 14> kDurationBuckets{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                                  0.5,   0.75, 1,     2.5,  5,     7.5, 10};

struct WatchEntry {
  std::string name;
  std::string help;
  Labels labels;
  std::function<double()> read;
};

prometheus::Labels toLabels(const Labels& labels) { return {labels.begin(), labels.end()}; }

prometheus::ClientMetric toMetric(const WatchEntry& entry) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : entry.labels) metric.label.push_back({name, value});
  metric.gauge.value = entry.read();
  return metric;
}

// Finds or makes a metric; the library reports misuse by throwing, which here is a bug.
template <class Builder, class... Extra>
auto& obtain(Builder builder, prometheus::Registry& registry, const std::string& name, const std::string& help,
             const Labels& labels, const Extra&... extra) {
  try {
    return builder.Name(name).Help(help).Register(registry).Add(toLabels(labels), extra...);
  } catch (const std::exception& misuse) {
    assertionFailed(name, misuse.what(), __FILE__, __LINE__);
  }
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  mutable std::mutex mutex;  // held while watches are read, so that one that ended is never called
  std::map<std::uint64_t, WatchEntry> watches;
  std::uint64_t last = 0;
};

std::span<const double> durationBuckets() { return kDurationBuckets; }

void Counter::add(double amount) const { counter_->Increment(amount); }
void Gauge::set(double value) const { gauge_->Set(value); }
void Gauge::add(double amount) const { gauge_->Increment(amount); }
void Histogram::observe(double value) const { histogram_->Observe(value); }

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(&obtain(prometheus::BuildCounter(), impl_->registry, name, help, labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(&obtain(prometheus::BuildGauge(), impl_->registry, name, help, labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels,
                             std::span<const double> buckets) {
  const prometheus::Histogram::BucketBoundaries bounds(buckets.begin(), buckets.end());
  return Histogram(&obtain(prometheus::BuildHistogram(), impl_->registry, name, help, labels, bounds));
}

Metrics::Watch Metrics::watch(std::string name, std::string help, Labels labels, std::function<double()> read) {
  const std::lock_guard lock(impl_->mutex);
  const std::uint64_t id = ++impl_->last;
  impl_->watches.emplace(id, WatchEntry{std::move(name), std::move(help), std::move(labels), std::move(read)});
  return Watch(this, id);
}

Metrics::Watch& Metrics::Watch::operator=(Watch&& other) noexcept {
  std::swap(metrics_, other.metrics_);
  std::swap(id_, other.id_);
  return *this;
}

Metrics::Watch::~Watch() {
  if (!metrics_) return;
  const std::lock_guard lock(metrics_->impl_->mutex);
  metrics_->impl_->watches.erase(id_);
}

std::string Metrics::expose() const {
  std::map<std::string, prometheus::MetricFamily> watched;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [id, entry] : impl_->watches) {
      prometheus::MetricFamily& family = watched[entry.name];
      family = {entry.name, entry.help, prometheus::MetricType::Gauge, std::move(family.metric)};
      family.metric.push_back(toMetric(entry));
    }
  }
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  for (auto& [name, family] : watched) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace kontor::telemetry
