#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/buyer.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/storm.hpp"
#include "tests/simulation/world.hpp"

namespace kontor::simulation {

/// What one run is made of. `swarm` draws every option from the seed.
struct Plan {
  std::uint64_t seed = 1;
  Wiring wiring;
  Wire wire;
  int faults = 0;
  std::uint64_t strike_at = 0;  // instead of `faults`: one fault, when the world has made that many steps
  Fault strike_with = Fault::kKill;
  int files = 0;        // product files after the first
  int corrections = 0;  // of stock
  std::vector<std::vector<Errand>> buyers;
};

Plan swarm(std::uint64_t seed);
/// One buyer, in calm weather: short enough to be struck at each of its steps.
Plan smallShop(bool cancels);

/// What a run has come to.
struct Report {
  std::uint64_t seed = 0;
  FaultCounts faults;
  std::int64_t orders = 0;  // acknowledged as confirmed
  std::int64_t cancelled = 0;
  std::int64_t shipped = 0;
  std::int64_t expired = 0;
  std::int64_t imports = 0;
  std::int64_t corrections = 0;
  std::int64_t events = 0;
  std::int64_t repeats = 0;  // of events
  std::uint64_t steps = 0;
  std::uint64_t shopping_steps = 0;  // of those, until the last client had its last answer
  Duration virtual_time{};
  std::uint64_t trace = 0;
  std::vector<std::string> violations;
};

/// Lives the plan: faults while clients are busy, then healing, then a bound of virtual time, then every check.
Report live(const Plan& plan);

/// The violations in one text, with the command that lives the seed again.
std::string explain(const Report& report);

}  // namespace kontor::simulation
