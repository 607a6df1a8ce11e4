#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace kontor::telemetry {

/// Names and values; the names of one metric are always the same. Values come from a small fixed set: never an id.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Buckets of durations in seconds, as OpenTelemetry's semantic conventions advise them.
std::span<const double> durationBuckets();

/// Handles: cheap copies that stay valid as long as their Metrics. Looked up once and kept; using one is an atomic
/// operation (a histogram: a short uncontended lock). Thread-safe.
class Counter {
 public:
  /// Adds `amount`, which is not negative.
  void add(double amount = 1) const;

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void set(double value) const;
  void add(double amount) const;

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  void observe(double value) const;

 private:
  friend class Metrics;
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  prometheus::Histogram* histogram_;
};

/// The metrics of one process, and their text for Prometheus. Thread-safe; handles and watches must not outlive it.
///
/// Asking again for a name and its labels gives the same metric. A name that is already of another type, or is no
/// Prometheus name, is a bug and ends the process. Counters end in `_total`, durations in `_seconds`.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                      std::span<const double> buckets = durationBuckets());

  /// Ends a watch when it is destroyed.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept : metrics_(std::exchange(other.metrics_, nullptr)), id_(other.id_) {}
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();

   private:
    friend class Metrics;
    Watch(Metrics* metrics, std::uint64_t id) : metrics_(metrics), id_(id) {}
    Metrics* metrics_ = nullptr;
    std::uint64_t id_ = 0;
  };
  /// A gauge that is asked for its value at each exposition: `read` runs on the thread that exposes, must be
  /// thread-safe and quick, and is not called once the watch is gone.
  [[nodiscard]] Watch watch(std::string name, std::string help, Labels labels, std::function<double()> read);

  /// All metrics in Prometheus' text format, version 0.0.4.
  std::string expose() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::telemetry
