#pragma once

#include <span>

#include "chassis/app/process.hpp"

namespace kontor::config {
class Config;
}

namespace kontor {

/// Every service of the shop, in the order in which a process makes them.
std::span<const app::ModuleKind> services();

/// Throws INVALID_ARGUMENT / "BAD_CONFIGURATION" when the catalogue prices in another currency than carts are paid in:
/// nothing could be bought. Other faults are not looked for.
void requireOneCurrency(config::Config config);

}  // namespace kontor
