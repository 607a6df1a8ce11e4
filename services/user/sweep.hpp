#pragma once

#include <memory>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::store {
class SqlStore;
}

namespace kontor::user {

class Store;
struct Rules;

/// Clears away sessions and attempts that do not count any more at `now`; returns how many rows went. Nothing depends
/// on it: it keeps the store small.
task<std::int64_t> sweep(std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store, Rules rules,
                         Time now);

}  // namespace kontor::user
