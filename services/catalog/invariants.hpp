#pragma once

#include <memory>
#include <string>

#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.pb.h"

namespace kontor::store {
class SqlStore;
}

namespace kontor::catalog {

class Store;

/// What must hold of the catalogue at any moment, computed from one snapshot: every variant has a product, and a price
/// in the shop's currency; no sku is shared; each product's document says what its rows say.
task<type::v1::CheckInvariantsResponse> checkInvariants(std::shared_ptr<store::SqlStore> database,
                                                        std::shared_ptr<Store> store, std::string currency);

}  // namespace kontor::catalog
