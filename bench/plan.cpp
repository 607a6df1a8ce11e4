#include "bench/generator.hpp"
#include "bench/options.hpp"

namespace kontor::bench {

std::vector<std::string_view> planOptions(std::vector<std::string_view> own) {
  for (const std::string_view name : {"port", "connections", "seconds", "warmup", "rate", "seed", "pid", "core"}) {
    own.push_back(name);
  }
  return own;
}

Plan planOf(const Options& options) {
  pinTo(static_cast<int>(options.number("core", -1)));
  Plan plan;
  plan.port = static_cast<std::uint16_t>(options.count("port", 0));
  plan.connections = options.count("connections", plan.connections);
  plan.warmup_seconds = options.number("warmup", 0.3);
  plan.seconds = options.number("seconds", plan.seconds);
  plan.rate = options.number("rate", plan.rate);
  plan.seed = options.count("seed", plan.seed);
  for (const std::string& pid : options.all("pid")) plan.server_pids.push_back(std::stoi(pid));
  return plan;
}

}  // namespace kontor::bench
