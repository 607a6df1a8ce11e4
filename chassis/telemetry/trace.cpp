#include "chassis/telemetry/trace.hpp"

#include <algorithm>
#include <span>

#include "chassis/runtime/environment.hpp"

namespace kontor::telemetry {
namespace {

constexpr std::size_t kVersion00Size = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2

void appendHex(std::string& out, std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::size_t at = out.size();
  out.resize(at + 2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    out[at++] = kDigits[byte >> 4];
    out[at++] = kDigits[byte & 15];
  }
}

// The specification allows lower-case digits only.
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool readHex(std::string_view text, std::span<std::uint8_t> into) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    into[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

bool anySet(std::span<const std::uint8_t> bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; });
}

// All zeros would mean "none": draw again in that one case of 2^64.
void fillNonZero(std::span<std::uint8_t> bytes, runtime::Random& random) {
  do random.fill(bytes);
  while (!anySet(bytes));
}

}  // namespace

bool TraceContext::valid() const { return anySet(trace_id) && anySet(span_id); }

std::string TraceContext::traceId() const {
  std::string out;
  appendHex(out, trace_id);
  return out;
}

std::string TraceContext::spanId() const {
  std::string out;
  appendHex(out, span_id);
  return out;
}

std::string TraceContext::traceparent() const {
  std::string out = "00-";
  out.reserve(kVersion00Size);
  appendHex(out, trace_id);
  out.push_back('-');
  appendHex(out, span_id);
  out += sampled ? "-01" : "-00";
  return out;
}

std::optional<TraceContext> parseTraceparent(std::string_view header) {
  if (header.size() < kVersion00Size) return std::nullopt;
  if (header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!readHex(header.substr(0, 2), version) || !readHex(header.substr(3, 32), context.trace_id) ||
      !readHex(header.substr(36, 16), context.span_id) || !readHex(header.substr(53, 2), flags)) {
    return std::nullopt;
  }
  // 255 is forbidden; what version 0 ends with is known; a later version may go on after another dash.
  if (version[0] == 0xff) return std::nullopt;
  if (version[0] == 0 && header.size() != kVersion00Size) return std::nullopt;
  if (header.size() > kVersion00Size && header[kVersion00Size] != '-') return std::nullopt;
  if (!context.valid()) return std::nullopt;
  context.sampled = (flags[0] & 1) != 0;
  return context;
}

TraceContext newTrace(runtime::Random& random, bool sampled) {
  TraceContext context;
  fillNonZero(context.trace_id, random);
  fillNonZero(context.span_id, random);
  context.sampled = sampled;
  return context;
}

TraceContext childSpan(const TraceContext& parent, runtime::Random& random) {
  TraceContext context = parent;
  context.parent_id = parent.span_id;
  fillNonZero(context.span_id, random);
  return context;
}

}  // namespace kontor::telemetry
