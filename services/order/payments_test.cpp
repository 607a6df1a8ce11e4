#include "chassis/json/wellknown.hpp"
#include "kontor/payment/v1/events.kontor.hpp"
#include "services/order/neighbours_test.hpp"

namespace kontor::order {
namespace {

using namespace std::chrono_literals;
using payment::v1::Payment;
using payment::v1::SettleResponse;

void set(type::v1::Money* money, std::int64_t amount) {
  money->set_amount(amount);
  money->set_currency("EUR");
}

template <class Event>
store::Event eventOf(const Payment& payment) {
  Event event;
  event.set_ref(payment.ref());
  event.set_payment_id(payment.id());
  return payment::v1::makeEvent(event);
}

}  // namespace

void FakePayments::tell(const Payment& payment, std::string_view type) {
  store::StoredEvent stored;
  stored.id = "evt_" + std::to_string(++last_event_);
  stored.source = "payment";
  if (type == payment::v1::kPaymentAuthorized) {
    stored.event = eventOf<payment::v1::PaymentAuthorized>(payment);
  } else if (type == payment::v1::kPaymentFailed) {
    stored.event = eventOf<payment::v1::PaymentFailed>(payment);
  } else {
    stored.event = eventOf<payment::v1::PaymentRequiresAction>(payment);
  }
  events.push_back(std::move(stored));
}

void FakePayments::write(Account& account) {
  Payment& ours = account.ours;
  const Payment::State before = ours.state();
  if (account.provider == "authorized") {
    if (ours.authorized().amount() > 0) return;
    ours.set_state(Payment::STATE_AUTHORIZED);
    set(ours.mutable_authorized(), ours.amount().amount());
    // Money that comes for a payment we had ended is the provider's doing, and goes back.
    const bool asked_for = before == Payment::STATE_CREATED || before == Payment::STATE_REQUIRES_ACTION;
    const std::string cart = carts_.cartOf(ours.ref());
    for (const auto& [ref, other] : accounts) {
      const bool second =
          asked_for && ref != ours.ref() && other.provider == "authorized" && carts_.cartOf(ref) == cart;
      if (second) complaints_.push_back("two authorisations in force for " + cart + ": " + ref + ", " + ours.ref());
    }
    tell(ours, payment::v1::kPaymentAuthorized);
  } else if (account.provider == "declined" && before != Payment::STATE_FAILED) {
    ours.set_state(Payment::STATE_FAILED);
    ours.set_failure("declined");
    tell(ours, payment::v1::kPaymentFailed);
  } else if (account.provider == "requires_action" && before == Payment::STATE_CREATED) {
    ours.set_state(Payment::STATE_REQUIRES_ACTION);
    ours.mutable_next_action()->set_type("redirect");
    ours.mutable_next_action()->set_url("/sandbox/actions/" + ours.id());
    tell(ours, payment::v1::kPaymentRequiresAction);
  } else if (account.provider == "voided") {
    ours.set_state(Payment::STATE_VOIDED);
    set(ours.mutable_authorized(), 0);
  }
}

void FakePayments::answerWith(const std::string& ref, Wire::Answer<Payment> answer) {
  write(accounts.at(ref));
  wire_.after(1ms, [answer, payment = accounts.at(ref).ours] { answer.setValue(payment); });
}

void FakePayments::authorize(const payment::v1::AuthorizeRequest& request, Wire::Answer<Payment> answer) {
  const std::string ref = request.ref();
  if (accounts.contains(ref)) return wire_.after(1ms, [answer, p = accounts.at(ref).ours] { answer.setValue(p); });
  if (request.provider() != "sandbox") {
    const Error unknown = invalidField("provider", "UNKNOWN_PROVIDER", "there is no such provider");
    return answer.setError(std::make_exception_ptr(unknown));
  }
  Account& account = accounts[ref];
  account.ours.set_id("pay_" + std::to_string(accounts.size()));
  account.ours.set_ref(ref);
  account.ours.set_state(Payment::STATE_CREATED);
  *account.ours.mutable_amount() = request.amount();
  const std::string& token = request.token();
  if (token == "tok_approve" || token == "tok_timeout") account.provider = "authorized";
  if (token == "tok_decline") account.provider = "declined";
  if (token == "tok_requires_action" || token == "tok_late_webhook") account.provider = "requires_action";
  if (token == "tok_slow" || token == "tok_unknown") account.provider = "pending";
  if (token == "tok_timeout") return;
  if (token == "tok_unknown") return wire_.after(10s, [this, ref] { accounts.at(ref).provider = ""; });
  if (token == "tok_slow") {
    return wire_.after(2s, [this, ref, answer] {
      accounts.at(ref).provider = "authorized";
      answerWith(ref, answer);
    });
  }
  if (token == "tok_late_webhook") {
    account.ignores_void = true;
    const Duration until = toTime(request.expires_at()) - wire_.now() + 5s;
    wire_.after(until, [this, ref] { decide(ref, true); });
  }
  answerWith(ref, answer);
}

void FakePayments::decide(const std::string& ref, bool approve) {
  Account& account = accounts.at(ref);
  if (account.provider != "requires_action") return;
  account.provider = approve ? "authorized" : "declined";
  account.ignores_void = false;
  write(account);
}

std::int64_t FakePayments::inForce() const {
  return std::count_if(accounts.begin(), accounts.end(),
                       [](const auto& entry) { return entry.second.provider == "authorized"; });
}

task<Payment> FakePayments::Authorize(rpc::Context, payment::v1::AuthorizeRequest request) {
  return wire_.callLater<Payment>([this, request](Wire::Answer<Payment> answer) { authorize(request, answer); });
}

task<Payment> FakePayments::GetPayment(rpc::Context, payment::v1::GetPaymentRequest request) {
  return wire_.call<Payment>([this, request] {
    if (!accounts.contains(request.ref())) throw notFound("payment", request.ref());
    return accounts.at(request.ref()).ours;
  });
}

task<SettleResponse> FakePayments::Settle(rpc::Context, payment::v1::SettleRequest request) {
  return wire_.call<SettleResponse>([this, request] {
    if (!accounts.contains(request.ref())) throw notFound("payment", request.ref());
    Account& account = accounts.at(request.ref());
    write(account);
    SettleResponse response;
    response.set_knowledge(SettleResponse::KNOWLEDGE_KNOWN);
    if (account.provider == "pending") response.set_knowledge(SettleResponse::KNOWLEDGE_PENDING);
    const bool given_up = account.ours.state() == Payment::STATE_VOIDED;
    if (account.provider.empty() && !given_up) response.set_knowledge(SettleResponse::KNOWLEDGE_NOT_KNOWN);
    *response.mutable_payment() = account.ours;
    return response;
  });
}

task<Payment> FakePayments::Void(rpc::Context, payment::v1::VoidRequest request) {
  return wire_.call<Payment>([this, request] {
    Account& account = accounts[request.ref()];
    Payment& ours = account.ours;
    if (ours.ref().empty()) {  // given up before it was asked for
      ours.set_ref(request.ref());
      ours.set_state(Payment::STATE_VOIDED);
    } else if (account.ignores_void) {
      ours.set_state(Payment::STATE_EXPIRED);
    } else if (account.provider == "authorized" || account.provider == "requires_action" ||
               account.provider == "pending") {
      account.provider = "voided";
      write(account);
    } else if (ours.state() == Payment::STATE_CREATED) {
      ours.set_state(Payment::STATE_FAILED);
      ours.set_failure("unknown to the provider");
    }
    return ours;
  });
}

std::int64_t FakePayments::captured() const {
  std::int64_t sum = 0;
  for (const auto& [ref, account] : accounts) {
    for (const auto& [capture, amount] : account.captures) sum += amount;
  }
  return sum;
}

void FakePayments::capture(const payment::v1::CaptureRequest& request, Wire::Answer<Payment> answer) {
  if (refused_captures > 0) {
    --refused_captures;
    const Error refusal(Code::kFailedPrecondition, "PROVIDER_REFUSED", "the provider refuses");
    return wire_.after(1ms, [answer, refusal] { answer.setError(std::make_exception_ptr(refusal)); });
  }
  Account& account = accounts.at(request.ref());
  Payment& ours = account.ours;
  const auto [taken, fresh] = account.captures.try_emplace(request.capture_ref(), request.amount().amount());
  if (taken->second != request.amount().amount()) complaints_.push_back("a capture came back with another amount");
  if (fresh) {
    const std::int64_t sum = ours.captured().amount() + request.amount().amount();
    if (account.provider != "authorized" || sum > ours.authorized().amount())
      complaints_.push_back("more was captured than is authorised for " + request.ref());
    set(ours.mutable_captured(), sum);
    ours.set_state(sum == ours.authorized().amount() ? Payment::STATE_CAPTURED : Payment::STATE_PARTIALLY_CAPTURED);
  }
  if (lost_captures > 0) {
    --lost_captures;
    return;
  }
  wire_.after(1ms, [answer, payment = ours] { answer.setValue(payment); });
}

task<Payment> FakePayments::Capture(rpc::Context, payment::v1::CaptureRequest request) {
  return wire_.callLater<Payment>([this, request](Wire::Answer<Payment> answer) { capture(request, answer); });
}

task<Payment> FakePayments::Refund(rpc::Context, payment::v1::RefundRequest request) {
  return wire_.call<Payment>([this, request] {
    Account& account = accounts.at(request.ref());
    set(account.ours.mutable_refunded(), request.amount().amount());
    account.ours.set_state(Payment::STATE_REFUNDED);
    account.provider = "voided";
    return account.ours;
  });
}

task<payment::v1::CompareBooksResponse> FakePayments::CompareBooks(rpc::Context,
                                                                   payment::v1::CompareBooksRequest request) {
  payment::v1::CompareBooksResponse response;
  for (auto at = accounts.upper_bound(request.after_ref()); at != accounts.end(); ++at) {
    const Account& account = at->second;
    payment::v1::BookEntry& entry = *response.add_entries();
    entry.set_ref(at->first);
    entry.set_ours(true);
    entry.set_state(account.ours.state());
    *entry.mutable_authorized() = account.ours.authorized();
    *entry.mutable_refunded() = account.ours.refunded();
    *entry.mutable_captured() = account.ours.captured();
    if (account.provider.empty()) continue;
    entry.mutable_provider()->set_state(account.provider);
    if (account.provider == "authorized") entry.mutable_provider()->set_authorized(account.ours.amount().amount());
    entry.mutable_provider()->set_captured(account.ours.captured().amount());
  }
  co_return response;
}

task<type::v1::CheckInvariantsResponse> FakePayments::CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) {
  co_return type::v1::CheckInvariantsResponse();
}

task<payment::v1::ReceiveWebhookResponse> FakePayments::ReceiveWebhook(rpc::Context,
                                                                       payment::v1::ReceiveWebhookRequest) {
  throw Error(Code::kUnimplemented, "order never asks this");
}

task<payment::v1::DecideSandboxActionResponse> FakePayments::DecideSandboxAction(
    rpc::Context, payment::v1::DecideSandboxActionRequest) {
  throw Error(Code::kUnimplemented, "order never asks this");
}

}  // namespace kontor::order
