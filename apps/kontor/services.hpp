#pragma once

#include <span>

#include "chassis/app/process.hpp"

namespace kontor {

/// Every service of the shop, in the order in which a process makes them.
std::span<const app::ModuleKind> services();

}  // namespace kontor
