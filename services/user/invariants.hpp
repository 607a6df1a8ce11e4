#pragma once

#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.pb.h"

namespace kontor::store {
class SqlStore;
}

namespace kontor::user {

class Store;

/// What must hold of accounts at any moment, computed from one snapshot: sessions belong to accounts, staff have known
/// roles and an owner, sealed data opens and is found by its hash. A violation names ids, never personal data.
task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store);

}  // namespace kontor::user
