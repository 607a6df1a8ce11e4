#include "services/inventory/sweep.hpp"

#include "chassis/store/sql.hpp"
#include "services/inventory/booking.hpp"

namespace kontor::inventory {
namespace {

constexpr std::int64_t kAtOnce = 100;

task<void> expire(std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store, std::string ref) {
  auto body = [store, ref](store::Transaction& in) -> task<void> {
    Booking booking(*store, in, "service:inventory");
    co_await booking.expire(ref);
    co_await booking.announce();
  };
  co_await database->transact(rpc::Context::forService("inventory"), std::move(body));
}

}  // namespace

task<std::int64_t> sweepHolds(std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store, Time now,
                              Duration grace) {
  std::int64_t freed = 0;
  while (true) {
    auto read = [store, before = now - grace](store::Statements& in) { return store->endedHolds(in, before, kAtOnce); };
    const std::vector<std::string> refs = co_await database->snapshot(std::move(read));
    for (const std::string& ref : refs) {
      task<void> work = expire(database, store, ref);
      co_await work;
      ++freed;
    }
    if (refs.size() < static_cast<std::size_t>(kAtOnce)) co_return freed;
  }
}

}  // namespace kontor::inventory
