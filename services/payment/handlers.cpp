#include "services/payment/handlers.hpp"

#include <utility>

#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/deadline.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/payment/invariants.hpp"
#include "services/payment/recorder.hpp"
#include "services/payment/sandbox/sandbox.hpp"
#include "services/payment/store.hpp"

namespace kontor::payment {

Handlers::Handlers(runtime::Environment& environment, const security::Sealer& sealer,
                   std::shared_ptr<store::SqlStore> store, Providers providers,
                   std::shared_ptr<sandbox::Sandbox> sandbox, const PaymentSettings& settings)
    : environment_(environment),
      sealer_(sealer),
      store_(std::move(store)),
      providers_(std::move(providers)),
      sandbox_(std::move(sandbox)),
      provider_timeout_(config::durationOf(settings.provider_timeout())) {}

std::shared_ptr<Provider> Handlers::providerNamed(const std::string& name) const {
  const auto found = providers_.find(name);
  if (found != providers_.end()) return found->second;
  std::string known;
  for (const auto& [provider, _] : providers_) known += (known.empty() ? "" : ", ") + provider;
  throw invalidField("provider", "UNKNOWN_PROVIDER", "there is no provider \"" + name + "\"; choose one of: " + known);
}

task<Payment> Handlers::require(std::string ref) {
  std::optional<Payment> payment = co_await records::find(*store_, ref);
  if (!payment) throw notFound("payment", ref);
  co_return std::move(*payment);
}

task<Payment> Handlers::begin(rpc::Context context, v1::AuthorizeRequest request, bool& fresh) {
  Payment wish = newPayment(environment_.newId("pay_"), request);
  auto body = [wish](store::Transaction& transaction) -> task<std::pair<Payment, bool>> {
    const bool inserted = co_await records::insert(transaction, wish);
    if (inserted) co_return std::pair(wish, true);
    std::optional<Payment> payment = co_await records::find(transaction, wish.ref());
    KONTOR_ASSERT(payment, "a payment that could not be added is there");
    co_return std::pair(std::move(*payment), false);
  };
  auto [payment, inserted] = co_await store_->transact(std::move(context), std::move(body));
  fresh = inserted;
  co_return std::move(payment);
}

task<Payment> Handlers::Authorize(rpc::Context context, v1::AuthorizeRequest request) {
  const std::shared_ptr<Provider> provider = providerNamed(request.provider());
  bool fresh = false;
  Payment payment = co_await begin(context, request, fresh);
  if (!fresh) co_return payment;
  Authorization wish{request.ref(), request.token(), request.amount().amount(), request.amount().currency(),
                     toTime(request.expires_at())};
  const SteadyTime latest = runtime::Executor::current().now() + provider_timeout_;
  task<Notice> asking = provider->authorize(std::move(wish));
  Notice notice = co_await runtime::withDeadline(std::move(asking), latest);
  Payment noted = co_await note(std::move(context), request.ref(), std::move(notice), payment.version());
  co_return noted;
}

task<Payment> Handlers::note(rpc::Context context, std::string ref, Notice notice, std::int64_t version) {
  while (true) {
    bool late = false;
    auto body = [this, ref, notice, version, &late](store::Transaction& transaction) -> task<Payment> {
      std::optional<Payment> now = co_await records::find(transaction, ref);
      KONTOR_ASSERT(now, "payments are never deleted");
      late = overtaken(*now, notice, version);
      if (late) co_return std::move(*now);
      Payment noted = co_await recordNotice(transaction, environment_, ref, notice);
      co_return noted;
    };
    Payment payment = co_await store_->transact(context, std::move(body));
    if (!late) co_return payment;
    version = payment.version();
    notice = co_await providerNamed(payment.provider())->ask(ref);
  }
}

task<Payment> Handlers::askAndNote(rpc::Context context, Payment payment) {
  Notice notice = co_await providerNamed(payment.provider())->ask(payment.ref());
  Payment noted = co_await note(std::move(context), payment.ref(), std::move(notice), payment.version());
  co_return noted;
}

task<Payment> Handlers::GetPayment(rpc::Context, v1::GetPaymentRequest request) {
  Payment payment = co_await require(request.ref());
  co_return payment;
}

task<v1::SettleResponse> Handlers::Settle(rpc::Context context, v1::SettleRequest request) {
  Payment payment = co_await require(request.ref());
  v1::SettleResponse response;
  response.set_knowledge(v1::SettleResponse::KNOWLEDGE_KNOWN);
  const std::string provider_name = payment.provider();
  const std::int64_t version = payment.version();
  *response.mutable_payment() = std::move(payment);
  if (provider_name.empty()) co_return response;  // given up before it was asked for
  const std::shared_ptr<Provider> provider = providerNamed(provider_name);
  Notice notice = co_await provider->ask(request.ref());
  if (notice.fact == Fact::kPending) response.set_knowledge(v1::SettleResponse::KNOWLEDGE_PENDING);
  if (notice.fact == Fact::kNotKnown) response.set_knowledge(v1::SettleResponse::KNOWLEDGE_NOT_KNOWN);
  *response.mutable_payment() = co_await note(std::move(context), request.ref(), std::move(notice), version);
  co_return response;
}

task<Payment> Handlers::Void(rpc::Context context, v1::VoidRequest request) {
  Payment mark = givenUp(environment_.newId("pay_"), request.ref());
  auto giving_up_unasked = [mark](store::Transaction& transaction) { return records::insert(transaction, mark); };
  std::optional<Payment> known = co_await records::find(*store_, request.ref());
  if (!known) {
    co_await store_->transact(context, std::move(giving_up_unasked));
    known = co_await require(request.ref());
  }
  if (known->provider().empty()) co_return std::move(*known);
  const std::shared_ptr<Provider> provider = providerNamed(known->provider());
  const Notice notice = co_await provider->cancel(request.ref());
  auto body = [this, ref = request.ref(), notice](store::Transaction& transaction) -> task<Payment> {
    Payment noted = co_await recordNotice(transaction, environment_, ref, notice);
    const bool unsettled = notice.fact == Fact::kNotKnown || notice.fact == Fact::kRequiresAction;
    if (!unsettled) co_return noted;
    std::optional<Change> change =
        giveUp(noted, notice.fact == Fact::kNotKnown ? "unknown to the provider" : "nobody took the action");
    if (!change) co_return noted;
    Payment ended = co_await record(transaction, environment_, std::move(*change), std::string(), ref);
    co_return ended;
  };
  Payment payment = co_await store_->transact(std::move(context), std::move(body));
  co_return payment;
}

task<Payment> Handlers::moveMoney(rpc::Context context, Movement movement, std::string ref, std::string operation,
                                  std::int64_t amount) {
  const bool capturing = movement == Movement::kCapture;
  const std::string_view type = capturing ? "captured" : "refunded";
  const Payment before = co_await require(ref);
  const bool done = co_await records::happened(*store_, ref, type, operation);
  if (done) co_return before;
  // Refuses what our own book forbids before the provider hears of it.
  static_cast<void>(capturing ? capture(before, amount) : refund(before, amount));
  const std::shared_ptr<Provider> provider = providerNamed(before.provider());
  task<void> moving = capturing ? provider->capture(ref, operation, amount) : provider->refund(ref, operation, amount);
  // No answer in time may have run: the caller's repeat under the same reference finds out, and takes nothing twice.
  co_await runtime::withDeadline(std::move(moving), runtime::Executor::current().now() + provider_timeout_);
  auto body = [this, ref, operation, amount, capturing, type](store::Transaction& transaction) -> task<Payment> {
    std::optional<Payment> now = co_await records::find(transaction, ref);
    KONTOR_ASSERT(now, "payments are never deleted");
    const bool meanwhile = co_await records::happened(transaction, ref, type, operation);
    if (meanwhile) co_return std::move(*now);
    Change change = capturing ? capture(*now, amount) : refund(*now, amount);
    Payment after = co_await record(transaction, environment_, std::move(change), operation, ref);
    co_return after;
  };
  Payment payment = co_await store_->transact(std::move(context), std::move(body));
  co_return payment;
}

task<Payment> Handlers::Capture(rpc::Context context, v1::CaptureRequest request) {
  return moveMoney(std::move(context), Movement::kCapture, request.ref(), request.capture_ref(),
                   request.amount().amount());
}

task<Payment> Handlers::Refund(rpc::Context context, v1::RefundRequest request) {
  return moveMoney(std::move(context), Movement::kRefund, request.ref(), request.refund_ref(),
                   request.amount().amount());
}

task<v1::ReceiveWebhookResponse> Handlers::ReceiveWebhook(rpc::Context context, v1::ReceiveWebhookRequest request) {
  const std::shared_ptr<Provider> provider = providerNamed(request.provider());
  const std::optional<WebhookNews> news = provider->readWebhook(request.body().data(), request.signature());
  if (!news) {
    throw Error(Code::kInvalidArgument, "BAD_SIGNATURE",
                "the webhook's signature is missing, wrong, or older than five minutes; nothing was taken from it");
  }
  // A webhook may be older than what we know: nobody was asked when it was written.
  constexpr std::int64_t kHeardAtAnyTime = 0;
  auto body = [this, news = *news,
               name = request.provider()](store::Transaction& transaction) -> task<std::optional<Payment>> {
    std::optional<Payment> known = co_await records::find(transaction, news.ref);
    if (known && overtaken(*known, news.notice, kHeardAtAnyTime)) co_return known;
    const bool fresh = co_await records::receive(transaction, name, news.event_id);
    // Another shop's, or one of before our time, is taken as well, so that it is not sent for ever.
    if (fresh && known) co_await recordNotice(transaction, environment_, news.ref, news.notice);
    co_return std::nullopt;
  };
  std::optional<Payment> revived = co_await store_->transact(context, std::move(body));
  if (revived && !revived->provider().empty()) co_await askAndNote(std::move(context), std::move(*revived));
  v1::ReceiveWebhookResponse response;
  response.set_received(true);
  co_return response;
}

// The sandbox has a book of its own: a repeat finds the action decided as it was wished.
task<v1::DecideSandboxActionResponse> Handlers::DecideSandboxAction(rpc::Context context,
                                                                    v1::DecideSandboxActionRequest request) {
  using Response = v1::DecideSandboxActionResponse;
  std::function<task<Response>()> act = [this, request]() -> task<Response> {
    if (!sandbox_) throw notFound("payment action", request.id());
    if (request.outcome() != "approve" && request.outcome() != "decline") {
      throw invalidField("outcome", "UNKNOWN_VALUE", "expected \"approve\" or \"decline\"");
    }
    co_await sandbox_->decide(request.id(), request.outcome() == "approve");
    Response response;
    response.set_id(request.id());
    response.set_outcome(request.outcome());
    co_return response;
  };
  co_return co_await store::answeredAround<Response>(*store_, std::move(context), std::move(act));
}

task<v1::CompareBooksResponse> Handlers::CompareBooks(rpc::Context, v1::CompareBooksRequest request) {
  return compareBooks(*store_, providers_, std::move(request));
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  const Time now = toTime(request.as_of());
  auto body = [this, now](store::Statements& statements) { return checkInvariants(statements, sealer_, now); };
  type::v1::CheckInvariantsResponse response = co_await store_->snapshot(std::move(body));
  if (sandbox_) {
    const std::vector<store::Audit> book = co_await sandbox_->audit(now);
    store::addAudits(book, response);
  }
  co_return response;
}

}  // namespace kontor::payment
