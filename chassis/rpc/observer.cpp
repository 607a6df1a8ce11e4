#include "chassis/rpc/observer.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <mutex>

#include "chassis/telemetry/metrics.hpp"
#include "chassis/telemetry/span.hpp"

namespace kontor::rpc {
namespace {

constexpr std::size_t kCodes = 17;
constexpr std::size_t kSlots = 1024;  // a power of two, several times the methods of a whole shop

// The metrics of one method, one for each code that it has answered.
struct MethodMetrics {
  explicit MethodMetrics(const Method* observed) : method(observed) {}
  const Method* method;
  std::array<std::atomic<const telemetry::Histogram*>, kCodes> by_code{};
};

}  // namespace

// An open hash table that is only ever added to: readers need no lock.
struct Observer::Impl {
  Impl(telemetry::Metrics& all, telemetry::SpanSink& sink, runtime::Random& source)
      : metrics(all), spans(sink), random(source) {}

  const telemetry::Histogram& histogramOf(const Method& method, Code code) {
    MethodMetrics& known = metricsOf(method);
    auto& slot = known.by_code[static_cast<std::size_t>(code)];
    const telemetry::Histogram* found = slot.load(std::memory_order_acquire);
    if (found) return *found;
    const std::lock_guard lock(mutex);
    histograms.push_back(metrics.histogram("rpc_server_call_duration_seconds", "Duration of served calls.",
                                           {{"service", std::string(method.service)},
                                            {"method", std::string(method.name)},
                                            {"code", std::string(codeName(code))}}));
    slot.store(&histograms.back(), std::memory_order_release);
    return histograms.back();
  }

  MethodMetrics& metricsOf(const Method& method) {
    std::size_t at = (reinterpret_cast<std::uintptr_t>(&method) / alignof(Method)) * 0x9E3779B97F4A7C15u >> 32;
    for (;; ++at) {
      MethodMetrics* found = slots[at % kSlots].load(std::memory_order_acquire);
      if (!found) found = insert(slots[at % kSlots], method);
      if (found->method == &method) return *found;
    }
  }

  // Another method may have taken the slot meanwhile: the caller compares.
  MethodMetrics* insert(std::atomic<MethodMetrics*>& slot, const Method& method) {
    const std::lock_guard lock(mutex);
    if (MethodMetrics* taken = slot.load(std::memory_order_relaxed)) return taken;
    KONTOR_ASSERT(entries.size() < kSlots / 2, "more methods than the observer was made for");
    slot.store(&entries.emplace_back(&method), std::memory_order_release);
    return &entries.back();
  }

  telemetry::Metrics& metrics;
  telemetry::SpanSink& spans;
  runtime::Random& random;
  std::array<std::atomic<MethodMetrics*>, kSlots> slots{};
  std::mutex mutex;
  std::deque<MethodMetrics> entries;
  std::deque<telemetry::Histogram> histograms;
};

Observer::Observer(telemetry::Metrics& metrics, telemetry::SpanSink& spans, runtime::Random& random)
    : impl_(std::make_unique<Impl>(metrics, spans, random)) {}
Observer::~Observer() = default;

Context Observer::begin(const Method&, const Context& context) {
  // A trace that nobody looks at needs no spans, and its context no copy.
  if (!context.trace().sampled) return context;
  return context.withTrace(telemetry::childSpan(context.trace(), impl_->random));
}

void Observer::end(const Method& method, const Context& context, SteadyTime began, const Error* failure) {
  const auto took = runtime::Executor::current().now() - began;
  impl_->histogramOf(method, failure ? failure->code() : Code::kOk)
      .observe(std::chrono::duration<double>(took).count());
  if (!context.trace().sampled) return;
  // As OpenTelemetry has it: only what is the server's fault fails its span.
  const bool failed = failure && failure->status() >= 500;
  impl_->spans.record({context.trace(), method.full_name, std::chrono::duration_cast<Duration>(took), failed});
}

}  // namespace kontor::rpc
