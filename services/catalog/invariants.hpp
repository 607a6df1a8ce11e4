#pragma once

#include <memory>
#include <string>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.pb.h"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::catalog {

class Store;

/// What a check of the catalogue needs.
struct CheckParts {
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  const security::Sealer& sealer;  // outlives the check
  std::string currency;            // the shop's
};

/// What must hold of the catalogue at any moment, computed from one snapshot: every variant has a product, and a price
/// in the shop's currency; no sku is shared; each product's document says what its rows say; imports end. `now` decides
/// what is late (zero: nothing).
task<type::v1::CheckInvariantsResponse> checkInvariants(CheckParts parts, Time now);

}  // namespace kontor::catalog
