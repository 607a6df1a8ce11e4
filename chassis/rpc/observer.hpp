#pragma once

#include <memory>

#include "chassis/rpc/face.hpp"

namespace kontor::runtime {
class Random;
}
namespace kontor::telemetry {
class Metrics;
class SpanSink;
}  // namespace kontor::telemetry

namespace kontor::rpc {

/// Counts and times every served call (`rpc_server_call_duration_seconds{service,method,code}`) and makes a span of
/// each call in a sampled trace. Thread-safe; a metric is found by its Method's address, which must stay valid.
class Observer final : public CallObserver {
 public:
  /// All must outlive the observer. `random` draws span ids.
  Observer(telemetry::Metrics& metrics, telemetry::SpanSink& spans, runtime::Random& random);
  ~Observer() override;

  Context begin(const Method& method, const Context& context) override;
  void end(const Method& method, const Context& context, SteadyTime began, const Error* failure) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::rpc
