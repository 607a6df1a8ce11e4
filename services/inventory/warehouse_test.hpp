#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chassis/runtime/environment.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "chassis/testing/worlds.hpp"
#include "services/inventory/handlers.hpp"
#include "services/inventory/invariants.hpp"
#include "services/inventory/migrations.embed.hpp"
#include "services/inventory/store_sql.hpp"
#include "services/inventory/sweep.hpp"

namespace kontor::inventory {

using Lines = std::vector<std::pair<std::string, std::int64_t>>;

/// Inventory alone, on a SQLite file of its own, with real threads.
class Warehouse {
 public:
  /// So long that the tests' holds, which end in 1970, count as fresh.
  static constexpr Duration kGrace = std::chrono::hours(24 * 365 * 1000);

  explicit Warehouse(bool sync = false) {
    store::sqlite::Options options;
    options.service = "inventory";
    options.file = folder_.path() / "inventory.db";
    options.sync = sync;
    const auto migrations = store::migrationsOf(kMigrations, "sqlite");
    database_ = store::sqlite::open(world_->environment(), sealer_, std::move(options), migrations);
    store_ = std::make_shared<StoreSql>(world_->environment());
    handlers_ = std::make_shared<Handlers>(database_, store_, sealer_, kGrace);
  }

  Handlers& handlers() { return *handlers_; }
  testing::World& world() { return *world_; }
  static rpc::Context order() { return rpc::Context::forService("order"); }

  /// Runs one call to its end.
  template <class T>
  T get(task<T> work) {
    std::optional<T> result;
    world_->run(keep(std::move(work), result));
    return std::move(*result);
  }

  static v1::ReserveRequest request(const std::string& ref, const Lines& lines, const std::string& replaces = "",
                                    std::int64_t expires_at = 1'000) {
    v1::ReserveRequest request;
    request.set_ref(ref);
    request.set_replaces(replaces);
    request.mutable_expires_at()->set_seconds(expires_at);
    for (const auto& [sku, quantity] : lines) {
      v1::ReservationLine& line = *request.add_lines();
      line.set_sku(sku);
      line.set_quantity(quantity);
    }
    return request;
  }
  v1::ReserveResponse tryReserve(v1::ReserveRequest wanted) {
    return get(handlers_->Reserve(order(), std::move(wanted)));
  }
  bool reserve(const std::string& ref, const Lines& lines, const std::string& replaces = "",
               std::int64_t expires_at = 1'000) {
    return tryReserve(request(ref, lines, replaces, expires_at)).granted();
  }
  bool commit(const std::string& ref) {
    v1::CommitRequest wanted;
    wanted.set_ref(ref);
    return get(handlers_->Commit(order(), std::move(wanted))).committed();
  }
  void release(const std::string& ref) {
    v1::ReleaseRequest wanted;
    wanted.set_ref(ref);
    get(handlers_->Release(order(), std::move(wanted)));
  }
  bool ship(const std::string& ref, const std::string& shipment, const Lines& lines = {}) {
    v1::ShipRequest wanted;
    wanted.set_ref(ref);
    wanted.set_shipment(shipment);
    for (const auto& [sku, quantity] : lines) {
      v1::ReservationLine& line = *wanted.add_lines();
      line.set_sku(sku);
      line.set_quantity(quantity);
    }
    return get(handlers_->Ship(order(), std::move(wanted))).shipped();
  }
  std::int64_t sweep(std::int64_t now_seconds, Duration grace) {
    return get(sweepHolds(database_, store_, fromMicros(now_seconds * 1'000'000), grace));
  }

  struct Stock {
    std::string sku;
    std::int64_t quantity = 0;
    bool tracked = true;
    bool backorder = false;
  };
  v1::SetStockResponse stock(const std::vector<Stock>& lines, bool overwrite = false) {
    v1::SetStockRequest wanted;
    wanted.set_overwrite(overwrite);
    wanted.set_reason("import imp_1");
    for (const Stock& stock : lines) {
      v1::StockLine& line = *wanted.add_lines();
      line.set_sku(stock.sku);
      line.set_quantity(stock.quantity);
      line.set_tracked(stock.tracked);
      line.set_backorder(stock.backorder);
    }
    return get(handlers_->SetStock(rpc::Context::forService("catalog"), std::move(wanted)));
  }
  v1::Level adjust(const std::string& sku, std::int64_t delta, const rpc::Context& context = order()) {
    v1::AdjustStockRequest wanted;
    wanted.set_sku(sku);
    wanted.set_delta(delta);
    wanted.set_reason("count");
    return get(handlers_->AdjustStock(context, std::move(wanted)));
  }
  /// -1 for unlimited.
  std::int64_t available(const std::string& sku) {
    v1::GetAvailabilityRequest wanted;
    wanted.add_sku(sku);
    const auto answer = get(handlers_->GetAvailability(order(), std::move(wanted)));
    return answer.availability(0).has_available() ? answer.availability(0).available() : -1;
  }
  v1::Level level(const std::string& sku) {
    v1::ListLevelsRequest wanted;
    wanted.set_prefix(sku);
    wanted.set_page_size(1);
    return get(handlers_->ListLevels(order(), std::move(wanted))).levels(0);
  }

  /// What breaks the invariants now, each with the invariant's name in front.
  std::vector<std::string> violations(Duration grace = kGrace) {
    const Time now = world_->environment().clock().now();
    const auto answer = get(checkInvariants(*database_, *store_, sealer_, now, grace));
    std::vector<std::string> found;
    for (const auto& invariant : answer.invariants())
      for (const std::string& violation : invariant.violations()) found.push_back(invariant.name() + ": " + violation);
    return found;
  }
  /// Events in the order of their emission, as "type subject".
  std::vector<std::string> events() {
    auto read = [](store::Statements& in) { return in.query(kEvents, store::Params()); };
    std::vector<std::string> events;
    for (const store::Row& row : get(database_->snapshot(read))) events.push_back(row.text(0) + " " + row.text(1));
    return events;
  }
  /// Changes one stored fact behind the service's back.
  void edit(const std::string& sql) { ASSERT_EQ(editAll(sql), 1) << sql; }
  std::int64_t editAll(const std::string& sql) {
    auto body = [sql](store::Transaction& in) -> task<std::int64_t> {
      const std::int64_t changed = co_await in.execute(sql, store::Params());
      co_return changed;
    };
    return get(database_->transact(order(), body));
  }

 private:
  static constexpr std::string_view kEvents = "SELECT type, subject FROM outbox ORDER BY position";

  template <class T>
  static task<void> keep(task<T> work, std::optional<T>& into) {
    into.emplace(co_await work);
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::World> world_ = testing::realWorld(4);
  security::Sealer sealer_{"test", std::string(32, 'k'), world_->environment().random()};
  std::shared_ptr<store::SqlStore> database_;
  std::shared_ptr<Store> store_;
  std::shared_ptr<Handlers> handlers_;
};

}  // namespace kontor::inventory
