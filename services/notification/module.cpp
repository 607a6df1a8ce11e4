#include "services/notification/module.hpp"

#include "chassis/app/periodic.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/store/migrations.hpp"
#include "services/notification/consumers.hpp"
#include "services/notification/folder/folder_transport.hpp"
#include "services/notification/handlers.hpp"
#include "services/notification/log/log_transport.hpp"
#include "services/notification/migrations.embed.hpp"
#include "services/notification/sender.hpp"
#include "services/notification/settings.pb.h"
#include "services/notification/store_sql.hpp"

namespace kontor::notification {
namespace {

constexpr std::string_view kName = "notification";

std::shared_ptr<Transport> transportOf(app::Host& host, const NotificationSettings& settings) {
  if (settings.transport() == "folder")
    return std::make_shared<FolderTransport>(host.environment(), host.dataFolder() / "mail");
  return std::make_shared<LogTransport>(host.log().withService(std::string(kName)));
}

class NotificationModule final : public app::Module {
 public:
  NotificationModule(app::Host& host, const NotificationSettings& settings)
      : database_(host.openStore(kName, store::migrationsOf(kMigrations, "sqlite"))),
        store_(std::make_shared<StoreSql>(host.sealer())),
        sender_(std::make_shared<Sender>(host.environment(), database_, store_, transportOf(host, settings),
                                         Patience{settings.tries(), config::durationOf(settings.pause())},
                                         host.log().withService(std::string(kName)))),
        rounds_(host.environment(), host.log(), "sending messages", config::durationOf(settings.interval()),
                [sender = sender_] { return sender->sendDue(); }) {
    rpc::Directory& directory = host.directory();
    Composer::Neighbours neighbours{directory.client<order::v1::Orders>(), directory.client<user::v1::Users>()};
    subscribeAll(host.bus(), host.environment(), database_, store_,
                 std::make_shared<Composer>(std::move(neighbours), settings.shop(), settings.locale()));
    Handlers::Parts parts{host.environment(), database_, store_, host.bus(), host.sealer()};
    directory.provide<v1::Notifications>(std::make_shared<Handlers>(std::move(parts)));
  }

  std::string_view name() const override { return kName; }
  task<void> start() override {
    rounds_.start();
    co_return;
  }
  task<void> stop() override { return rounds_.stop(); }

 private:
  std::shared_ptr<store::SqlStore> database_;
  std::shared_ptr<Store> store_;
  std::shared_ptr<Sender> sender_;
  app::Periodic rounds_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  NotificationSettings settings;
  host.settings(kName, settings);
  return std::make_unique<NotificationModule>(host, settings);
}

}  // namespace kontor::notification
