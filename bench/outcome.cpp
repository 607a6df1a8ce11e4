#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <utility>

#include "bench/generator.hpp"
#include "bench/latencies.hpp"

namespace kontor::bench {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

std::string member(const char* name, double value) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "\"%s\":%.9g", name, value);
  return text.data();
}

double micros(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-3; }

}  // namespace

std::string toJson(const Outcome& outcome) {
  const Latencies latency = summarize(outcome.latencies);
  const double jobs = static_cast<double>(std::max<std::uint64_t>(outcome.jobs, 1));
  std::string out = "{";
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, double>>{
           {"jobs", static_cast<double>(outcome.jobs)},
           {"seconds", outcome.seconds},
           {"rate", static_cast<double>(outcome.jobs) / std::max(outcome.seconds, 1e-9)},
           {"p50Us", micros(latency.p50)},
           {"p90Us", micros(latency.p90)},
           {"p99Us", micros(latency.p99)},
           {"p999Us", micros(latency.p999)},
           {"maxUs", micros(latency.max)},
           {"meanUs", latency.mean * 1e-3},
           {"serverCpuUs", outcome.server_cpu_seconds * 1e6 / jobs},
           {"serverCores", outcome.server_cpu_seconds / std::max(outcome.seconds, 1e-9)},
           {"generatorCpuUs", outcome.generator_cpu_seconds * 1e6 / jobs},
           {"generatorCores", outcome.generator_cpu_seconds / std::max(outcome.seconds, 1e-9)},
           {"failures", static_cast<double>(outcome.failures)},
           {"unanswered", static_cast<double>(outcome.unanswered)},
           {"reconnects", static_cast<double>(outcome.reconnects)}}) {
    out += member(name, value) + ",";
  }
  return out + "\"firstFailure\":" + quoted(outcome.first_failure) + "}";
}

}  // namespace kontor::bench
