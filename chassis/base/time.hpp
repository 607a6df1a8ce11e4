#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kontor {

using Duration = std::chrono::microseconds;
/// A moment of wall-clock time, UTC, in microseconds: what is stored and shown.
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;
/// A moment of monotonic time: what deadlines and durations are measured by; means nothing in another process.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Microseconds since 1970-01-01, the form in which stores keep a time.
constexpr std::int64_t toMicros(Time time) { return time.time_since_epoch().count(); }
constexpr Time fromMicros(std::int64_t micros) { return Time(Duration(micros)); }

/// RFC 3339 in UTC: "2026-11-23T02:40:00Z", with as many decimals (0, 3 or 6) as are needed.
std::string formatRfc3339(Time time);
/// Reads RFC 3339 with any offset; nothing when the text is not one.
std::optional<Time> parseRfc3339(std::string_view text);

}  // namespace kontor
