#include "services/order/module.hpp"

#include "chassis/app/periodic.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/migrations.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/notification/v1/notification.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/order/consumers.hpp"
#include "services/order/driver.hpp"
#include "services/order/handlers.hpp"
#include "services/order/migrations.embed.hpp"
#include "services/order/settings.pb.h"

namespace kontor::order {
namespace {

constexpr std::string_view kName = "order";
constexpr Duration kSweepEvery = std::chrono::hours(1);
constexpr std::int64_t kForgottenAtOnce = 200;

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

// Whoever keeps facts in a store.
std::vector<Checked> checkedServices(rpc::Directory& directory, const Neighbours& neighbours) {
  return {checkedBy("user", directory.client<user::v1::Users>()),
          checkedBy("catalog", directory.client<catalog::v1::Catalog>()),
          checkedBy("inventory", neighbours.inventory),
          checkedBy("cart", neighbours.carts),
          checkedBy("payment", neighbours.payments),
          checkedBy("notification", directory.client<notification::v1::Notifications>())};
}

// Failed checkouts go a few at a time, so that no transaction is long.
task<void> forgetFailed(std::shared_ptr<store::SqlStore> store, Duration keep) {
  std::int64_t forgotten = kForgottenAtOnce;
  while (forgotten == kForgottenAtOnce) {
    auto body = [keep](store::Transaction& in) -> task<std::int64_t> {
      co_return co_await OrderStore::forgetFailed(in, in.now() - keep, kForgottenAtOnce);
    };
    rpc::Context context = rpc::Context::forService("order");
    forgotten = co_await store->transact(std::move(context), std::move(body));
  }
}

class OrderModule final : public app::Module {
 public:
  OrderModule(app::Host& host, const OrderSettings& settings)
      : store_(host.openStore(kName, store::migrationsOf(kMigrations, "sqlite"))),
        orders_(host.sealer()),
        neighbours_{host.directory().client<cart::v1::Carts>(), host.directory().client<inventory::v1::Inventory>(),
                    host.directory().client<payment::v1::Payments>()},
        checks_(host.environment().makeWorker("invariants")),
        bell_(host.environment().background()),
        saga_(host.environment(), *store_, orders_, neighbours_, rulesOf(settings, host.environment())),
        shipping_(*store_, neighbours_, orders_, saga_.rules()),
        driver_(host.environment(), *store_, orders_, saga_, shipping_, bell_, host.log(),
                {settings.saga().concurrency(), config::durationOf(settings.saga().poll())}),
        sweep_(host.environment(), host.log(), "order sweep", kSweepEvery,
               [store = store_, keep = config::durationOf(settings.checkout().keep_failed())] {
                 return forgetFailed(store, keep);
               }) {
    Handlers::Parts parts{host.environment(),
                          *store_,
                          orders_,
                          host.sealer(),
                          saga_,
                          shipping_,
                          bell_,
                          neighbours_,
                          config::durationOf(settings.invariants().settle()),
                          checkedServices(host.directory(), neighbours_),
                          checks_->executor()};
    host.directory().provide<v1::Orders>(std::make_shared<Handlers>(std::move(parts)));
    subscribePayments(host.bus(), *store_, orders_, bell_);
  }

  std::string_view name() const override { return kName; }
  task<void> start() override {
    co_await driver_.start();
    sweep_.start();
  }
  task<void> stop() override {
    co_await sweep_.stop();
    co_await driver_.stop();
  }

 private:
  std::shared_ptr<store::SqlStore> store_;
  OrderStore orders_;
  Neighbours neighbours_;
  std::unique_ptr<runtime::Worker> checks_;
  Bell bell_;
  Saga saga_;
  Shipping shipping_;
  Driver driver_;
  app::Periodic sweep_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  OrderSettings settings;
  host.settings(kName, settings);
  return std::make_unique<OrderModule>(host, settings);
}

}  // namespace kontor::order
