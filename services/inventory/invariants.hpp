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

namespace kontor::inventory {

class Store;

/// What must hold of stock at any moment, computed from one snapshot: levels equal the sums of their ledger; held and
/// committed stock equal what reservations claim; no grant exceeded what was available, by the ledger; holds end. A
/// violation names sku, location and reservation. `now` decides what is late (zero: nothing), `hold_grace` is the time
/// after which inventory frees a hold by itself.
task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store,
                                                        const security::Sealer& sealer, Time now, Duration hold_grace);

}  // namespace kontor::inventory
