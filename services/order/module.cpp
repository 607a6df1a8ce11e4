#include "services/order/module.hpp"

#include "chassis/config/settings.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/migrations.hpp"
#include "services/order/consumers.hpp"
#include "services/order/driver.hpp"
#include "services/order/handlers.hpp"
#include "services/order/migrations.embed.hpp"
#include "services/order/settings.pb.h"

namespace kontor::order {
namespace {

constexpr std::string_view kName = "order";

Rules rulesOf(const OrderSettings& settings, runtime::Environment& environment) {
  const std::string& instance = settings.saga().instance();
  return {.instance = instance,
          .owner = instance + "/" + environment.newId("life_"),
          .hold = config::durationOf(settings.checkout().hold()),
          .lease = config::durationOf(settings.saga().lease()),
          .payment_deadline = config::durationOf(settings.payment().deadline()),
          .payment_settle = config::durationOf(settings.payment().settle()),
          .call = config::durationOf(settings.saga().call())};
}

class OrderModule final : public app::Module {
 public:
  OrderModule(app::Host& host, const OrderSettings& settings)
      : store_(host.openStore(kName, store::migrationsOf(kMigrations, "sqlite"))),
        orders_(host.sealer()),
        neighbours_{host.directory().client<cart::v1::Carts>(), host.directory().client<inventory::v1::Inventory>(),
                    host.directory().client<payment::v1::Payments>()},
        bell_(host.environment().background()),
        saga_(host.environment(), *store_, orders_, neighbours_, rulesOf(settings, host.environment())),
        driver_(host.environment(), *store_, orders_, saga_, bell_, host.log(),
                {settings.saga().concurrency(), config::durationOf(settings.saga().poll())}) {
    Handlers::Parts parts{host.environment(),
                          *store_,
                          orders_,
                          host.sealer(),
                          saga_,
                          bell_,
                          neighbours_,
                          config::durationOf(settings.invariants().settle())};
    host.directory().provide<v1::Orders>(std::make_shared<Handlers>(std::move(parts)));
    subscribePayments(host.bus(), *store_, orders_, bell_);
  }

  std::string_view name() const override { return kName; }
  task<void> start() override { return driver_.start(); }
  task<void> stop() override { return driver_.stop(); }

 private:
  std::shared_ptr<store::SqlStore> store_;
  OrderStore orders_;
  Neighbours neighbours_;
  Bell bell_;
  Saga saga_;
  Driver driver_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  OrderSettings settings;
  host.settings(kName, settings);
  return std::make_unique<OrderModule>(host, settings);
}

}  // namespace kontor::order
