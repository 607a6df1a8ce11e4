#pragma once

#include <string_view>

#include "chassis/base/time.hpp"
#include "chassis/telemetry/trace.hpp"

namespace kontor::telemetry {

/// A piece of work inside a sampled trace, when it has ended.
struct Span {
  TraceContext context;   // its own ids and its parent's
  std::string_view name;  // "kontor.order.v1.Orders/Complete"; valid during the call only
  Duration took;
  bool failed;
};

/// Where ended spans go: an exporter, or nowhere. Thread-safe; never blocks and never throws.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  virtual void record(const Span& span) noexcept = 0;
};

/// The sink of a process that exports no spans.
class NoSpans final : public SpanSink {
 public:
  void record(const Span&) noexcept override {}
};

}  // namespace kontor::telemetry
