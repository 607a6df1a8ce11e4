#pragma once

#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.pb.h"

namespace kontor::store {
class SqlStore;
}

namespace kontor::inventory {

class Store;

/// What must hold of stock at any moment, computed from one snapshot: levels equal the sums of their ledger; held and
/// committed stock equal what reservations claim; no grant exceeded what was available, by the ledger. A violation
/// names sku, location and reservation.
task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store);

}  // namespace kontor::inventory
