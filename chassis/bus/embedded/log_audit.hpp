#pragma once

#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/store/audit.hpp"

namespace kontor::bus::embedded {

/// What must hold of the embedded bus's own file: a subject's events lie in their order, no group is ahead of the log,
/// and no event was set aside. Reads the whole log: for `kontor doctor`. `now` decides what is late (zero: nothing).
task<std::vector<store::Audit>> auditLog(store::Statements& in, Time now);

}  // namespace kontor::bus::embedded
