#include "services/user/module.hpp"

#include "chassis/app/periodic.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/passwords.hpp"
#include "chassis/store/migrations.hpp"
#include "services/user/handlers.hpp"
#include "services/user/migrations.embed.hpp"
#include "services/user/settings.pb.h"
#include "services/user/store_sql.hpp"
#include "services/user/sweep.hpp"

namespace kontor::user {
namespace {

constexpr std::string_view kName = "user";

Rules rulesOf(const UserSettings& settings) {
  using config::durationOf;
  Rules rules;
  rules.customer = {durationOf(settings.customer_session().idle()), durationOf(settings.customer_session().absolute())};
  rules.staff = {durationOf(settings.staff_session().idle()), durationOf(settings.staff_session().absolute())};
  rules.attempts = {settings.login().failures(), durationOf(settings.login().window())};
  return rules;
}

class UserModule final : public app::Module {
 public:
  UserModule(app::Host& host, const UserSettings& settings)
      : database_(host.openStore(kName, store::migrationsOf(kMigrations, "sqlite"))),
        store_(std::make_shared<StoreSql>(host.sealer())),
        sweep_(host.environment(), host.log(), "user sweep", config::durationOf(settings.sweep_interval()),
               [&environment = host.environment(), database = database_, store = store_, rules = rulesOf(settings)]()
                   -> task<void> { co_await sweep(database, store, rules, environment.clock().now()); }) {
    const security::PasswordCost cost{settings.password().memory_kib(), settings.password().passes()};
    auto passwords = std::make_shared<security::Passwords>(host.environment(), cost);
    Parts parts{host.environment(),   database_,     store_,
                std::move(passwords), host.sealer(), host.log().withService(std::string(kName))};
    host.directory().provide<v1::Users>(std::make_shared<Handlers>(std::move(parts), rulesOf(settings)));
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
  UserSettings settings;
  host.settings(kName, settings);
  return std::make_unique<UserModule>(host, settings);
}

}  // namespace kontor::user
