#include "services/user/invariants.hpp"

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/user/store.hpp"

namespace kontor::user {

task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store,
                                                        const security::Sealer& sealer, Time now) {
  auto read = [&store, &sealer, now](store::Statements& in) -> task<type::v1::CheckInvariantsResponse> {
    type::v1::CheckInvariantsResponse response;
    const std::vector<store::Audit> accounts = co_await store.audit(in, now);
    store::addAudits(accounts, response);
    const std::vector<store::Audit> records = co_await store::auditRecords(in, sealer, "user", now);
    store::addAudits(records, response);
    co_return response;
  };
  co_return co_await database.snapshot(std::move(read));
}

}  // namespace kontor::user
