#include "services/user/invariants.hpp"

#include "chassis/store/sql.hpp"
#include "services/user/store.hpp"

namespace kontor::user {

task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store) {
  auto read = [&store](store::Statements& in) { return store.audit(in); };
  const std::vector<Audit> audits = co_await database.snapshot(std::move(read));
  type::v1::CheckInvariantsResponse response;
  for (const Audit& audit : audits) {
    type::v1::Invariant& invariant = *response.add_invariants();
    invariant.set_name(audit.name);
    invariant.set_ok(audit.violations.empty());
    invariant.set_checked(audit.checked);
    for (const std::string& violation : audit.violations) invariant.add_violations(violation);
  }
  co_return response;
}

}  // namespace kontor::user
