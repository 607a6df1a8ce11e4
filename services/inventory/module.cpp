#include "services/inventory/module.hpp"

#include "chassis/app/periodic.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/telemetry/log.hpp"
#include "services/inventory/handlers.hpp"
#include "services/inventory/migrations.embed.hpp"
#include "services/inventory/settings.pb.h"
#include "services/inventory/store_sql.hpp"
#include "services/inventory/sweep.hpp"

namespace kontor::inventory {
namespace {

constexpr std::string_view kName = "inventory";

class InventoryModule final : public app::Module {
 public:
  InventoryModule(app::Host& host, InventorySettings settings)
      : database_(host.openStore(kName, store::migrationsOf(kMigrations, "sqlite"))),
        store_(std::make_shared<StoreSql>(host.environment())),
        sweep_(host.environment(), host.log(), "inventory sweep", config::durationOf(settings.sweep_interval()),
               [&environment = host.environment(), database = database_, store = store_,
                grace = config::durationOf(settings.hold_grace())]() -> task<void> {
                 co_await sweepHolds(database, store, environment.clock().now(), grace);
               }) {
    host.directory().provide<v1::Inventory>(
        std::make_shared<Handlers>(database_, store_, host.sealer(), config::durationOf(settings.hold_grace())));
  }

  std::string_view name() const override { return kName; }
  task<void> start() override {
    sweep_.start();
    co_return;
  }
  task<void> stop() override { return sweep_.stop(); }

 private:
  std::shared_ptr<store::SqlStore> database_;
  std::shared_ptr<Store> store_;
  app::Periodic sweep_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  InventorySettings settings;
  host.settings(kName, settings);
  return std::make_unique<InventoryModule>(host, std::move(settings));
}

}  // namespace kontor::inventory
