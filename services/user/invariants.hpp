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

namespace kontor::user {

class Store;

/// What must hold of accounts at any moment, computed from one snapshot: sessions belong to accounts and end, staff
/// have known roles and an owner, sealed data opens and is found by its hash. A violation names ids, never personal
/// data. `now` decides what is late (zero: nothing).
task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store,
                                                        const security::Sealer& sealer, Time now);

}  // namespace kontor::user
