#include "services/cart/module.hpp"

#include <algorithm>

#include "chassis/app/periodic.hpp"
#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/telemetry/log.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "money/currency.hpp"
#include "services/cart/handlers.hpp"
#include "services/cart/migrations.embed.hpp"
#include "services/cart/settings.pb.h"
#include "services/cart/store_sql.hpp"
#include "services/cart/sweep.hpp"

namespace kontor::cart {
namespace {

constexpr std::string_view kName = "cart";

Error badSetting(const std::string& name, const std::string& value, const std::string& expected) {
  return Error(Code::kInvalidArgument, "BAD_CONFIGURATION", "cart.region." + name + ": \"" + value + "\" " + expected);
}

Region regionOf(const RegionSettings& settings) {
  Region region{settings.id(),       settings.name(),
                settings.currency(), {settings.countries().begin(), settings.countries().end()},
                settings.country(),  settings.tax_included()};
  if (!money::Currency::find(region.currency))
    throw badSetting("currency", region.currency, "is no currency: write three capital letters (ISO 4217)");
  if (std::find(region.countries.begin(), region.countries.end(), region.country) == region.countries.end())
    throw badSetting("country", region.country, "is none of the region's countries: pick one of them");
  return region;
}

Terms termsOf(const CartSettings& settings) {
  Terms terms;
  terms.region = regionOf(settings.region());
  terms.shipping.push_back({settings.shipping().id(), settings.shipping().name(), settings.shipping().price()});
  terms.payment_methods.assign(settings.payment_methods().begin(), settings.payment_methods().end());
  terms.lines_max = static_cast<std::size_t>(settings.lines_max());
  terms.lifetime = config::durationOf(settings.lifetime());
  return terms;
}

class CartModule final : public app::Module {
 public:
  CartModule(app::Host& host, std::shared_ptr<const Parts> parts, Duration sweep_interval)
      : sweep_(host.environment(), host.log(), "cart sweep", sweep_interval,
               [parts]() -> task<void> { co_await sweepCarts(parts); }) {
    host.directory().provide<v1::Carts>(std::make_shared<Handlers>(parts));
  }

  std::string_view name() const override { return kName; }
  task<void> start() override {
    sweep_.start();
    co_return;
  }
  task<void> stop() override { return sweep_.stop(); }

 private:
  app::Periodic sweep_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  CartSettings settings;
  host.settings(kName, settings);
  auto parts = std::make_shared<const Parts>(
      Parts{host.openStore(kName, store::migrationsOf(kMigrations, "sqlite")),
            std::make_shared<StoreSql>(host.sealer()), host.directory().client<catalog::v1::Catalog>(),
            host.directory().client<order::v1::Orders>(), host.environment(), host.sealer(), termsOf(settings)});
  return std::make_unique<CartModule>(host, std::move(parts), config::durationOf(settings.sweep_interval()));
}

}  // namespace kontor::cart
