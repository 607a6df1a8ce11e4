#pragma once

#include <map>
#include <memory>
#include <string>

#include "kontor/payment/v1/payment.kontor.hpp"
#include "services/payment/provider.hpp"
#include "services/payment/settings.pb.h"

namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
class Transaction;
}  // namespace kontor::store

namespace kontor::payment {

namespace sandbox {
class Sandbox;
}

/// The payment contract over a store and providers. What a provider says is written down before it is answered; a
/// provider is asked to authorise a reference once in its life. Thread-safe.
class Handlers final : public v1::Payments {
 public:
  using Providers = std::map<std::string, std::shared_ptr<Provider>, std::less<>>;

  /// `environment` and `sealer` must outlive it. `sandbox` may be null: its actions are then unknown.
  Handlers(runtime::Environment& environment, const security::Sealer& sealer, std::shared_ptr<store::SqlStore> store,
           Providers providers, std::shared_ptr<sandbox::Sandbox> sandbox, const PaymentSettings& settings);

  task<Payment> Authorize(rpc::Context context, v1::AuthorizeRequest request) override;
  task<Payment> GetPayment(rpc::Context context, v1::GetPaymentRequest request) override;
  task<v1::SettleResponse> Settle(rpc::Context context, v1::SettleRequest request) override;
  task<Payment> Void(rpc::Context context, v1::VoidRequest request) override;
  task<Payment> Capture(rpc::Context context, v1::CaptureRequest request) override;
  task<Payment> Refund(rpc::Context context, v1::RefundRequest request) override;
  task<v1::ReceiveWebhookResponse> ReceiveWebhook(rpc::Context context, v1::ReceiveWebhookRequest request) override;
  task<v1::DecideSandboxActionResponse> DecideSandboxAction(rpc::Context context,
                                                            v1::DecideSandboxActionRequest request) override;
  task<v1::CompareBooksResponse> CompareBooks(rpc::Context context, v1::CompareBooksRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;

 private:
  enum class Movement : std::uint8_t { kCapture, kRefund };

  std::shared_ptr<Provider> providerNamed(const std::string& name) const;
  task<Payment> require(std::string ref);
  /// Writes down what a provider said of a payment that was at `version` when it was asked; asks again when that was
  /// overtaken. Answers with the payment as it then stands.
  task<Payment> note(rpc::Context context, std::string ref, Notice notice, std::int64_t version);
  task<Payment> askAndNote(rpc::Context context, Payment payment);
  task<Payment> moveMoney(rpc::Context context, Movement movement, std::string ref, std::string operation,
                          std::int64_t amount);
  task<Payment> begin(rpc::Context context, v1::AuthorizeRequest request, bool& fresh);

  runtime::Environment& environment_;
  const security::Sealer& sealer_;
  std::shared_ptr<store::SqlStore> store_;
  Providers providers_;
  std::shared_ptr<sandbox::Sandbox> sandbox_;
  Duration provider_timeout_;
};

}  // namespace kontor::payment
