#pragma once

#include <cstdint>

#include "chassis/runtime/task.hpp"

namespace kontor::store {

class SqlStore;

/// Deletes what a store keeps for a while only: answers to idempotency keys once their 24 hours are over, and the
/// memory of events seen 90 days ago (far longer than any broker redelivers). At most `most` of each in one
/// transaction, so that none is long; returns how many went. Writes nothing when there is nothing to forget.
task<std::int64_t> forgetOld(SqlStore& store, std::int64_t most);

}  // namespace kontor::store
