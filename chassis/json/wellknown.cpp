#include "chassis/json/wellknown.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <charconv>
#include <optional>
#include <string>

#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"

namespace kontor {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int32_t kNanosPerMicro = 1'000;

}  // namespace

Time toTime(const google::protobuf::Timestamp& timestamp) {
  return fromMicros(timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / kNanosPerMicro);
}

google::protobuf::Timestamp toTimestamp(Time time) {
  // A Timestamp's nanos count forward, also before 1970.
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds.count());
  timestamp.set_nanos(static_cast<std::int32_t>((time.time_since_epoch() - seconds).count()) * kNanosPerMicro);
  return timestamp;
}

Duration toDuration(const google::protobuf::Duration& duration) {
  return Duration(duration.seconds() * kMicrosPerSecond + duration.nanos() / kNanosPerMicro);
}

google::protobuf::Duration toProtoDuration(Duration duration) {
  // A Duration's parts have the same sign.
  google::protobuf::Duration result;
  result.set_seconds(duration.count() / kMicrosPerSecond);
  result.set_nanos(static_cast<std::int32_t>(duration.count() % kMicrosPerSecond) * kNanosPerMicro);
  return result;
}

}  // namespace kontor

namespace kontor::json {
namespace {

constexpr std::int64_t kMostSeconds = 315'576'000'000;  // of a protobuf Duration: about 10,000 years
constexpr std::size_t kNanoDigits = 9;

std::string formatDuration(std::int64_t seconds, std::int64_t nanos) {
  std::string text = seconds < 0 || nanos < 0 ? "-" : "";
  text += std::to_string(seconds < 0 ? -seconds : seconds);
  if (nanos != 0) {
    std::string decimals = std::to_string(nanos < 0 ? -nanos : nanos);
    decimals.insert(0, kNanoDigits - decimals.size(), '0');
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += "." + decimals;
  }
  return text + "s";
}

/// A run of digits only: no sign, no space.
std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return number;
}

bool parseDuration(std::string_view text, google::protobuf::Duration& out) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (!text.ends_with('s')) return false;
  text.remove_suffix(1);
  const std::size_t point = text.find('.');
  const auto seconds = digits(text.substr(0, point));
  std::optional<std::int64_t> nanos = 0;
  if (point != std::string_view::npos) {
    std::string decimals(text.substr(point + 1));
    if (decimals.empty() || decimals.size() > kNanoDigits) return false;
    decimals.append(kNanoDigits - decimals.size(), '0');
    nanos = digits(decimals);
  }
  if (!seconds || !nanos || *seconds > kMostSeconds) return false;
  out.set_seconds(negative ? -*seconds : *seconds);
  out.set_nanos(static_cast<std::int32_t>(negative ? -*nanos : *nanos));
  return true;
}

}  // namespace

void write(const google::protobuf::Timestamp& timestamp, Writer& writer) {
  writer.string(formatRfc3339(toTime(timestamp)));
}

void write(const google::protobuf::Duration& duration, Writer& writer) {
  writer.string(formatDuration(duration.seconds(), duration.nanos()));
}

bool read(const Value& value, google::protobuf::Timestamp& out, Reader& reader) {
  std::int64_t micros = 0;
  if (!readTime(value, micros, reader)) return false;
  out = toTimestamp(fromMicros(micros));
  return true;
}

bool read(const Value& value, google::protobuf::Duration& out, Reader& reader) {
  if (value.type() == Value::Type::kString) return readText(value.string(), out, reader);
  if (!value.isNull()) reader.wrongType("a duration such as \"3.5s\"", value);
  return false;
}

bool readText(std::string_view text, google::protobuf::Timestamp& out, Reader& reader) {
  const auto time = parseRfc3339(text);
  if (!time) {
    reader.fault("INVALID_TIME", "expected a time such as \"2026-11-23T02:40:00Z\" (RFC 3339)");
    return false;
  }
  out = toTimestamp(*time);
  return true;
}

bool readText(std::string_view text, google::protobuf::Duration& out, Reader& reader) {
  if (parseDuration(text, out)) return true;
  reader.fault("INVALID_DURATION", "expected a duration in seconds such as \"3.5s\"");
  return false;
}

}  // namespace kontor::json
