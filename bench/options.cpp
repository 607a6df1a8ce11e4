#include "bench/options.hpp"

#include <sched.h>

#include <algorithm>
#include <stdexcept>

namespace kontor::bench {

Options::Options(int argc, char** argv, std::vector<std::string_view> known) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (!name.starts_with("--") || std::find(known.begin(), known.end(), name.substr(2)) == known.end()) {
      std::string names;
      for (const std::string_view each : known) names += " --" + std::string(each);
      throw std::runtime_error("unknown option " + std::string(name) + "; there are" + names);
    }
    if (i + 1 == argc) throw std::runtime_error(std::string(name) + " needs a value");
    values_.emplace(name.substr(2), argv[i + 1]);
  }
}

std::string Options::text(std::string_view name, std::string fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

double Options::number(std::string_view name, double fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  try {
    return std::stod(found->second);
  } catch (const std::logic_error&) {
    throw std::runtime_error("--" + std::string(name) + " takes a number, not '" + found->second + "'");
  }
}

std::size_t Options::count(std::string_view name, std::size_t fallback) const {
  return static_cast<std::size_t>(number(name, static_cast<double>(fallback)));
}

std::vector<std::string> Options::all(std::string_view name) const {
  std::vector<std::string> values;
  const auto [begin, end] = values_.equal_range(name);
  std::transform(begin, end, std::back_inserter(values), [](const auto& pair) { return pair.second; });
  return values;
}

void pinTo(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0) {
    throw std::runtime_error("there is no core " + std::to_string(core) + " to run on");
  }
}

}  // namespace kontor::bench
