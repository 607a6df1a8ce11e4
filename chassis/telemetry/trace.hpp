#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kontor::runtime {
class Random;
}

namespace kontor::telemetry {

/// A place in a distributed trace, as W3C Trace Context carries it (www.w3.org/TR/trace-context, "traceparent").
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::array<std::uint8_t, 8> parent_id{};  // the span this one is a child of, as far as this process knows
  bool sampled = false;

  /// All zero ids mean that no trace was begun.
  bool valid() const;
  std::string traceId() const;  // 32 hex characters
  std::string spanId() const;   // 16 hex characters
  /// "00-<trace>-<span>-01".
  std::string traceparent() const;
};

/// Reads a traceparent header; nothing when it is not one (a new trace is then begun).
std::optional<TraceContext> parseTraceparent(std::string_view header);
/// A new trace.
TraceContext newTrace(runtime::Random& random, bool sampled);
/// A child span of `parent`, in the same trace.
TraceContext childSpan(const TraceContext& parent, runtime::Random& random);

}  // namespace kontor::telemetry
