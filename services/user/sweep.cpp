#include "services/user/sweep.hpp"

#include "chassis/store/sql.hpp"
#include "services/user/handlers.hpp"
#include "services/user/store.hpp"

namespace kontor::user {

task<std::int64_t> sweep(std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store, Rules rules,
                         Time now) {
  auto body = [store, rules, now](store::Transaction& in) -> task<std::int64_t> {
    std::int64_t swept = co_await store->sweepSessions(in, AccountKind::kCustomer, now - rules.customer.idle);
    swept += co_await store->sweepSessions(in, AccountKind::kStaff, now - rules.staff.idle);
    swept += co_await store->sweepAttempts(in, now - rules.attempts.window);
    co_return swept;
  };
  const std::int64_t swept = co_await database->transact(rpc::Context::forService("user"), std::move(body));
  co_return swept;
}

}  // namespace kontor::user
