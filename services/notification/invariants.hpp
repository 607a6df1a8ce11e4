#pragma once

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.pb.h"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::notification {

class Store;

/// What must hold of messages at any moment, computed from one snapshot: each is of an event that was taken once, says
/// when and how it was sent, and went out after the older ones of its order. A violation names ids, never addresses.
/// `now` decides what is late (zero: nothing).
task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store,
                                                        const security::Sealer& sealer, Time now);

}  // namespace kontor::notification
