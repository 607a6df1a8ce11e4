#pragma once

#include <cstdint>

#include "tests/simulation/facts.hpp"
#include "tests/simulation/world.hpp"

namespace kontor::simulation {

/// Steps until nothing is left to do by itself: every checkout ended, every payment of the sandbox decided, every event
/// delivered. False, with a complaint, when that is not so within `bound` of virtual time.
bool comeToRest(World& world, Duration bound);

/// All that must hold of a shop at rest, into the world's complaints: each service's own invariants, what clients were
/// told, and sums over the books of stock, money and events that share no code with the services.
void checkAll(World& world, const Facts& facts);

/// Checkouts that were given up because nobody completed them in time.
std::int64_t expiredCheckouts(World& world);

}  // namespace kontor::simulation
