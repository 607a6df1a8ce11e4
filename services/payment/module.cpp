#include "services/payment/module.hpp"

#include <utility>

#include "chassis/runtime/environment.hpp"
#include "chassis/store/migrations.hpp"
#include "services/payment/handlers.hpp"
#include "services/payment/migrations.embed.hpp"
#include "services/payment/sandbox/sandbox.hpp"
#include "services/payment/settings.pb.h"

namespace kontor::payment {
namespace {

class PaymentModule final : public app::Module {
 public:
  PaymentModule(std::shared_ptr<Handlers> handlers, std::shared_ptr<sandbox::Sandbox> sandbox)
      : handlers_(std::move(handlers)), sandbox_(std::move(sandbox)) {}

  std::string_view name() const override { return "payment"; }

  task<void> start() override {
    if (!sandbox_) co_return;
    // Weak, for the handlers have the sandbox: the two would keep each other for ever.
    auto send = [weak = std::weak_ptr(handlers_)](std::string body, std::string signature) -> task<void> {
      const std::shared_ptr<Handlers> handlers = weak.lock();
      if (!handlers) co_return;
      v1::ReceiveWebhookRequest request;
      request.set_provider("sandbox");
      request.mutable_body()->set_data(std::move(body));
      request.set_signature(std::move(signature));
      co_await handlers->ReceiveWebhook(rpc::Context::forService("sandbox"), std::move(request));
    };
    sandbox_->start(std::move(send));
  }

  task<void> stop() override {
    if (sandbox_) co_await sandbox_->stop();
  }

 private:
  std::shared_ptr<Handlers> handlers_;
  std::shared_ptr<sandbox::Sandbox> sandbox_;
};

std::shared_ptr<sandbox::Sandbox> makeSandbox(app::Host& host, SandboxSettings settings) {
  if (!settings.enabled()) return nullptr;
  if (settings.secret().empty()) settings.set_secret(host.environment().newSecret("whsec_"));
  auto store = host.openStore("sandbox", sandbox::ledgerMigrations());
  return std::make_shared<sandbox::Sandbox>(host.environment(), std::move(store), std::move(settings));
}

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  PaymentSettings settings;
  host.settings("payment", settings);
  auto store = host.openStore("payment", store::migrationsOf(kMigrations, "sqlite"));
  Handlers::Providers providers;
  auto sandbox = makeSandbox(host, settings.sandbox());
  if (sandbox) providers.emplace("sandbox", sandbox);
  auto handlers = std::make_shared<Handlers>(host.environment(), host.sealer(), std::move(store), std::move(providers),
                                             sandbox, settings);
  host.directory().provide<v1::Payments>(handlers);
  return std::make_unique<PaymentModule>(std::move(handlers), std::move(sandbox));
}

}  // namespace kontor::payment
