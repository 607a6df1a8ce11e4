#pragma once

#include <map>
#include <memory>
#include <string>

#include "chassis/runtime/task.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"
#include "kontor/type/v1/invariants.kontor.hpp"
#include "services/payment/provider.hpp"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
class Statements;
}  // namespace kontor::store

namespace kontor::payment {

/// Payment's own invariants on one snapshot: amounts are the sums of their history, captured ≤ authorised ≤ asked,
/// refunded ≤ captured, states tell the amounts, nothing is captured twice. Violations name the payments. `now` decides
/// what is late (zero: nothing).
task<type::v1::CheckInvariantsResponse> checkInvariants(store::Statements& statements, const security::Sealer& sealer,
                                                        Time now);

/// Our payments beside their providers' own books, in the order of references: one page.
task<v1::CompareBooksResponse> compareBooks(
    store::SqlStore& store, const std::map<std::string, std::shared_ptr<Provider>, std::less<>>& providers,
    v1::CompareBooksRequest request);

}  // namespace kontor::payment
