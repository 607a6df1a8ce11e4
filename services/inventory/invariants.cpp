#include "services/inventory/invariants.hpp"

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/inventory/store.hpp"

namespace kontor::inventory {

task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store,
                                                        const security::Sealer& sealer, Time now, Duration hold_grace) {
  auto read = [&store, &sealer, now, hold_grace](store::Statements& in) -> task<type::v1::CheckInvariantsResponse> {
    type::v1::CheckInvariantsResponse response;
    const std::vector<store::Audit> stock = co_await store.audit(in, now, hold_grace);
    store::addAudits(stock, response);
    const std::vector<store::Audit> records = co_await store::auditRecords(in, sealer, "inventory", now);
    store::addAudits(records, response);
    co_return response;
  };
  co_return co_await database.snapshot(std::move(read));
}

}  // namespace kontor::inventory
