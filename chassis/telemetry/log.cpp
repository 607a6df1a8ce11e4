#include "chassis/telemetry/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "chassis/base/error.hpp"
#include "chassis/base/time.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/telemetry/utf8.hpp"

namespace kontor::telemetry {
namespace {

constexpr std::size_t kMaxText = 2048;  // of one field
constexpr std::size_t kMaxMessage = 8192;
constexpr std::size_t kMaxFields = 32;
constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};

std::string_view levelName(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

class StandardError final : public LogSink {
 public:
  void write(std::string_view line) noexcept override {
    // A pipe that is full or gone must not stop the shop: what cannot be written now is lost.
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    static_cast<void>(written);
  }
};

class Silent final : public LogSink {
 public:
  void write(std::string_view) noexcept override {}
};

void writeValue(const Field& field, json::Writer& writer) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    writer.string(cleanText(*text, kMaxText));
  } else if (const auto* whole = std::get_if<std::int64_t>(&field.value)) {
    writer.number(*whole);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    writer.number(*number);
  } else {
    writer.boolean(std::get<bool>(field.value));
  }
}

}  // namespace

struct Log::Shared {
  Options options;
  std::shared_ptr<LogSink> sink;
  runtime::Clock& clock;
};

struct Log::Entry {
  Level level;
  std::string_view message;
  Fields fields;
  const TraceContext& trace;
  std::string_view error_code;
  std::string_view error_message;
};

namespace {

template <class Entry>
std::string asJson(const Log::Options& options, std::string_view service, Time now, const Entry& entry) {
  std::string line;
  json::Writer writer(line);
  const auto member = [&writer](std::string_view name, std::string_view text) {
    writer.key(name);
    writer.string(text);
  };
  writer.beginObject();
  member("@timestamp", formatRfc3339(now));
  member("log.level", levelName(entry.level));
  member("message", cleanText(entry.message, kMaxMessage));
  member("ecs.version", "8.11.0");
  member("service.name", service);
  if (!options.version.empty()) member("service.version", options.version);
  if (entry.trace.valid()) {
    member("trace.id", entry.trace.traceId());
    member("span.id", entry.trace.spanId());
  }
  if (!entry.error_code.empty()) member("error.code", entry.error_code);
  if (!entry.error_message.empty()) member("error.message", cleanText(entry.error_message, kMaxMessage));
  std::size_t count = 0;
  for (const Field& field : entry.fields) {
    if (++count > kMaxFields) break;
    writer.key(field.name);
    writeValue(field, writer);
  }
  writer.endObject();
  return line + "\n";
}

// "02:40:00.123456 warn order: the relay waits  event.outcome=failure error.code=UNAVAILABLE".
template <class Entry>
std::string asPlain(std::string_view service, Time now, const Entry& entry) {
  const std::string when = formatRfc3339(now);
  std::string line = when.substr(11, when.size() - 12) + " " + std::string(levelName(entry.level)) + " " +
                     std::string(service) + ": " + cleanText(entry.message, kMaxMessage);
  for (const Field& field : entry.fields) {
    line.append("  ").append(field.name).append("=");
    json::Writer writer(line);
    writeValue(field, writer);
  }
  if (!entry.error_message.empty()) {
    line.append("  ").append(entry.error_code).append(": ").append(cleanText(entry.error_message, kMaxMessage));
  }
  std::replace(line.begin(), line.end(), '\n', ' ');  // one entry, one line
  return line + "\n";
}

}  // namespace

Level levelOf(std::string_view word) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), word);
  return found == kLevels.end() ? Level::kInfo : static_cast<Level>(found - kLevels.begin());
}

std::shared_ptr<LogSink> standardErrorSink() { return std::make_shared<StandardError>(); }
std::shared_ptr<LogSink> silentSink() { return std::make_shared<Silent>(); }

Log::Log(Options options, std::shared_ptr<LogSink> sink, runtime::Clock& clock) : service_(options.service) {
  shared_ = std::make_shared<const Shared>(Shared{std::move(options), std::move(sink), clock});
}

Log Log::withService(std::string service) const {
  Log copy = *this;
  copy.service_ = std::move(service);
  return copy;
}

bool Log::enabled(Level level) const { return level >= shared_->options.level; }

void Log::write(Level level, std::string_view message, Fields fields, const TraceContext& trace) const noexcept {
  if (enabled(level)) emit({level, message, fields, trace, {}, {}});
}

void Log::error(std::string_view message, const std::exception& failure, Fields fields,
                const TraceContext& trace) const noexcept {
  const auto* known = dynamic_cast<const Error*>(&failure);
  emit({Level::kError, message, fields, trace, known ? std::string_view(known->reason()) : "", failure.what()});
}

void Log::emit(const Entry& entry) const {
  const Time now = shared_->clock.now();
  const bool plain = shared_->options.format == Format::kPlain;
  shared_->sink->write(plain ? asPlain(service_, now, entry) : asJson(shared_->options, service_, now, entry));
}

}  // namespace kontor::telemetry
