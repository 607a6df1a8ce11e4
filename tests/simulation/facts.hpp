#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/action.hpp"

namespace kontor::simulation {

using Units = std::map<std::string, std::int64_t>;  // by sku

/// An order as its buyer was told of it.
struct KnownOrder {
  std::string number;
  std::string token;
  std::int64_t total = 0;
  Units units;
  bool confirmed = false;  // else the answer was 202: its payment's outcome was not known yet
  bool cancelled = false;  // the shop has said so
};

/// What the shop's clients were told and did not ask for again: the shop must know it whatever has happened since.
struct Facts {
  std::map<std::string, Units> carts;        // open carts by id, with their lines as they were last answered
  std::map<std::string, KnownOrder> orders;  // by id
  bool shipping = false;                     // orders are shipped, so that each comes to its end
  std::set<std::string> shipped;             // orders by id
  std::set<std::string> delivered;           // of those
  std::set<std::string> imports;             // jobs that were begun
  Units imported;                            // by imports that were done: each sku's first quantity
  Units adjusted;                            // sums of acknowledged corrections
  std::array<std::int64_t, kActions> answers{};
};

}  // namespace kontor::simulation
