#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/payment/provider.hpp"
#include "services/payment/sandbox/ledger.hpp"
#include "services/payment/settings.pb.h"

namespace kontor::runtime {
class Environment;
}

namespace kontor::payment::sandbox {

/// Hands a signed webhook to the shop, as the provider's call to /hooks/payment/sandbox would; throws when it was not
/// taken, and it is sent again.
using SendWebhook = std::function<task<void>(std::string body, std::string signature)>;

/// The provider for trying the shop out. Its tokens: tok_approve, tok_decline (at once); tok_requires_action (the buyer
/// decides at /sandbox/actions/{id}); tok_slow (authorised after 2 s); tok_timeout (authorised, never answers);
/// tok_unknown (never answers, pending for 10 s, then not known); tok_late_webhook (requires_action, ignores the void,
/// authorised 5 s after the checkout's expiry). Any other token is declined. Its book is a file of its own.
class Sandbox final : public Provider {
 public:
  /// `environment` must outlive it; `settings.secret` must not be empty.
  Sandbox(runtime::Environment& environment, std::shared_ptr<store::SqlStore> store, SandboxSettings settings);
  ~Sandbox() override;

  std::string_view name() const override { return "sandbox"; }
  task<Notice> authorize(Authorization authorization) override;
  task<Notice> ask(std::string ref) override;
  task<Notice> cancel(std::string ref) override;
  task<void> capture(std::string ref, std::string operation, std::int64_t amount) override;
  task<void> refund(std::string ref, std::string operation, std::int64_t amount) override;
  task<std::vector<BookLine>> list(Time since, std::string after_ref, std::size_t limit) override;
  std::optional<WebhookNews> readWebhook(std::string_view body, std::string_view signature) const override;

  /// What must hold of its book.
  task<std::vector<store::Audit>> audit(Time now);

  /// The buyer's decision on the sandbox's page.
  task<void> decide(std::string action, bool approve);

  /// Begins to ripen entries and send webhooks, on the environment's background executor.
  void start(SendWebhook send);
  /// Ends it; returns when nothing of it runs.
  task<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::payment::sandbox
