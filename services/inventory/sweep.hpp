#pragma once

#include <memory>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::store {
class SqlStore;
}

namespace kontor::inventory {

class Store;

/// Frees, each in a transaction of its own, the holds that ended more than `grace` before `now`: the net under a saga
/// that never came back for them. Returns how many were freed.
task<std::int64_t> sweepHolds(std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store, Time now,
                              Duration grace);

}  // namespace kontor::inventory
