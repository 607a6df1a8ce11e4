#pragma once

#include <string>
#include <vector>

#include "tests/simulation/facts.hpp"
#include "tests/simulation/world.hpp"

namespace kontor::simulation {

/// The books of a shop at rest, added up from its tables and compared with each other and with what clients know:
/// money (the provider's ledger, payment's, the orders), stock (levels, movements, orders), events. What is wrong, one
/// line each.
std::vector<std::string> checkBooks(World& world, const Facts& facts);

}  // namespace kontor::simulation
