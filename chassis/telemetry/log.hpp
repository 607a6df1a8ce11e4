#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "chassis/telemetry/trace.hpp"

namespace kontor::runtime {
class Clock;
}

namespace kontor::telemetry {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };

/// "debug", "info", "warn", "error"; any other word is kInfo.
Level levelOf(std::string_view word);

/// One fact of a log line: an ECS name ("event.action", "order.id") and its value. Refers to the caller's texts.
///
/// Never a secret and never personal data: no request or answer is logged, only what a field's name says. Ids of
/// carts and sessions, tokens and e-mails stay out.
struct Field {
  std::string_view name;
  std::variant<std::int64_t, double, bool, std::string_view> value;

  Field(std::string_view field, std::string_view text) : name(field), value(text) {}
  Field(std::string_view field, const std::string& text) : name(field), value(std::string_view(text)) {}
  Field(std::string_view field, const char* text) : name(field), value(std::string_view(text)) {}
  Field(std::string_view field, bool truth) : name(field), value(truth) {}
  Field(std::string_view field, double number) : name(field), value(number) {}
  Field(std::string_view field, int number) : name(field), value(std::int64_t{number}) {}
  Field(std::string_view field, std::int64_t number) : name(field), value(number) {}
  Field(std::string_view field, std::uint64_t number) : name(field), value(static_cast<std::int64_t>(number)) {}
};
using Fields = std::initializer_list<Field>;

/// Takes finished lines (each with its line break). Thread-safe; never throws.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(std::string_view line) noexcept = 0;
};

/// Standard error, one system call a line; a line that cannot be written is lost and counted, never waited for twice.
std::shared_ptr<LogSink> standardErrorSink();
/// Nowhere: for tests, and for a command that says itself what it has found.
std::shared_ptr<LogSink> silentSink();

enum class Format : std::uint8_t { kEcsJson, kPlain };

/// What a process has to say: one line an entry, Elastic Common Schema JSON (`@timestamp`, `log.level`, `message`,
/// `service.name`, `trace.id`, `span.id`, …) or plain text for people. A cheap value over a shared sink; thread-safe.
/// Never throws: an entry is cut at 16 KiB, invalid UTF-8 is replaced. Example: telemetry_test.cpp "Log".
class Log {
 public:
  struct Options {
    std::string service = "kontor";
    std::string version;
    Level level = Level::kInfo;
    Format format = Format::kEcsJson;
  };
  /// `clock` must outlive every copy.
  Log(Options options, std::shared_ptr<LogSink> sink, runtime::Clock& clock);

  /// The same log in another service's name.
  Log withService(std::string service) const;

  bool enabled(Level level) const;
  void write(Level level, std::string_view message, Fields fields = {}, const TraceContext& trace = {}) const noexcept;

  void debug(std::string_view message, Fields fields = {}, const TraceContext& trace = {}) const noexcept {
    write(Level::kDebug, message, fields, trace);
  }
  void info(std::string_view message, Fields fields = {}, const TraceContext& trace = {}) const noexcept {
    write(Level::kInfo, message, fields, trace);
  }
  void warn(std::string_view message, Fields fields = {}, const TraceContext& trace = {}) const noexcept {
    write(Level::kWarn, message, fields, trace);
  }
  /// An entry with `error.code` (an Error's reason) and `error.message` of the failure.
  void error(std::string_view message, const std::exception& failure, Fields fields = {},
             const TraceContext& trace = {}) const noexcept;
  void error(std::string_view message, Fields fields = {}, const TraceContext& trace = {}) const noexcept {
    write(Level::kError, message, fields, trace);
  }

 private:
  struct Shared;
  struct Entry;
  void emit(const Entry& entry) const;

  std::shared_ptr<const Shared> shared_;
  std::string service_;
};

}  // namespace kontor::telemetry
