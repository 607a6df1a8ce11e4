#include "services/payment/domain.hpp"

#include "chassis/base/error.hpp"

namespace kontor::payment {
namespace {

Error contradiction(const Payment& payment, std::string_view wish) {
  return Error(Code::kFailedPrecondition, "PAYMENT_STATE",
               "the payment of " + payment.ref() + " is " + std::string(stateName(payment.state())) +
                   " and cannot be " + std::string(wish));
}

Change changeTo(const Payment& before, Payment::State state, std::string_view type, std::int64_t amount = 0) {
  Change change{before, type, amount};
  change.after.set_state(state);
  if (state != Payment::STATE_REQUIRES_ACTION) change.after.clear_next_action();
  return change;
}

std::optional<Change> authorized(const Payment& before) {
  switch (before.state()) {
    case Payment::STATE_AUTHORIZED:
    case Payment::STATE_PARTIALLY_CAPTURED:
    case Payment::STATE_CAPTURED:
    case Payment::STATE_REFUNDED:
      return std::nullopt;
    default:
      break;
  }
  if (before.amount().amount() == 0) throw contradiction(before, "authorized: it was given up before it was asked for");
  Change change = changeTo(before, Payment::STATE_AUTHORIZED, "authorized", before.amount().amount());
  change.after.mutable_authorized()->set_amount(before.amount().amount());
  change.after.clear_failure();
  return change;
}

std::optional<Change> declined(const Payment& before, const Notice& notice) {
  if (inForce(before)) throw contradiction(before, "declined");
  if (before.state() != Payment::STATE_CREATED && before.state() != Payment::STATE_REQUIRES_ACTION) return std::nullopt;
  Change change = changeTo(before, Payment::STATE_FAILED, "failed");
  change.after.set_failure(notice.reason.empty() ? "declined" : notice.reason);
  return change;
}

std::optional<Change> requiresAction(const Payment& before, const Notice& notice) {
  if (before.state() != Payment::STATE_CREATED) return std::nullopt;
  Change change = changeTo(before, Payment::STATE_REQUIRES_ACTION, "requires_action");
  change.after.mutable_next_action()->set_type("redirect");
  change.after.mutable_next_action()->set_url(notice.action_url);
  return change;
}

std::optional<Change> voided(const Payment& before) {
  if (before.state() == Payment::STATE_VOIDED || before.state() == Payment::STATE_FAILED) return std::nullopt;
  if (before.captured().amount() > 0) throw contradiction(before, "voided: give the money back by a refund");
  Change change = changeTo(before, Payment::STATE_VOIDED, "voided", -before.authorized().amount());
  change.after.mutable_authorized()->set_amount(0);
  return change;
}

}  // namespace

std::string_view stateName(Payment::State state) {
  switch (state) {
    case Payment::STATE_CREATED:
      return "created";
    case Payment::STATE_REQUIRES_ACTION:
      return "requires_action";
    case Payment::STATE_AUTHORIZED:
      return "authorized";
    case Payment::STATE_PARTIALLY_CAPTURED:
      return "partially_captured";
    case Payment::STATE_CAPTURED:
      return "captured";
    case Payment::STATE_REFUNDED:
      return "refunded";
    case Payment::STATE_VOIDED:
      return "voided";
    case Payment::STATE_FAILED:
      return "failed";
    case Payment::STATE_EXPIRED:
      return "expired";
    default:
      return "unspecified";
  }
}

bool inForce(const Payment& payment) {
  return payment.authorized().amount() > 0 && payment.refunded().amount() < payment.authorized().amount();
}

Payment newPayment(std::string id, const v1::AuthorizeRequest& request) {
  Payment payment;
  payment.set_id(std::move(id));
  payment.set_ref(request.ref());
  payment.set_state(Payment::STATE_CREATED);
  payment.set_provider(request.provider());
  *payment.mutable_amount() = request.amount();
  for (auto* money : {payment.mutable_authorized(), payment.mutable_captured(), payment.mutable_refunded()}) {
    money->set_currency(request.amount().currency());
  }
  payment.set_version(1);
  return payment;
}

Payment givenUp(std::string id, const std::string& ref) {
  v1::AuthorizeRequest nothing;
  nothing.set_ref(ref);
  Payment payment = newPayment(std::move(id), nothing);
  payment.set_state(Payment::STATE_VOIDED);
  payment.set_failure("given up before it was asked for");
  return payment;
}

std::optional<Change> apply(const Payment& before, const Notice& notice) {
  switch (notice.fact) {
    case Fact::kAuthorized:
      return authorized(before);
    case Fact::kDeclined:
      return declined(before, notice);
    case Fact::kRequiresAction:
      return requiresAction(before, notice);
    case Fact::kVoided:
      return voided(before);
    case Fact::kPending:
    case Fact::kNotKnown:
      return std::nullopt;
  }
  throw contradiction(before, "changed by an unknown fact");
}

bool overtaken(const Payment& now, const Notice& notice, std::int64_t heard_at_version) {
  const bool ended = now.state() == Payment::STATE_VOIDED || now.state() == Payment::STATE_FAILED ||
                     now.state() == Payment::STATE_EXPIRED;
  return ended && notice.fact == Fact::kAuthorized && now.version() != heard_at_version;
}

std::optional<Change> giveUp(const Payment& before, std::string_view why) {
  if (before.state() == Payment::STATE_REQUIRES_ACTION) {
    Change change = changeTo(before, Payment::STATE_EXPIRED, "expired");
    change.after.set_failure(std::string(why));
    return change;
  }
  if (before.state() != Payment::STATE_CREATED) return std::nullopt;
  Change change = changeTo(before, Payment::STATE_FAILED, "failed");
  change.after.set_failure(std::string(why));
  return change;
}

Change capture(const Payment& before, std::int64_t amount) {
  if (before.state() != Payment::STATE_AUTHORIZED && before.state() != Payment::STATE_PARTIALLY_CAPTURED) {
    throw contradiction(before, "captured");
  }
  const std::int64_t captured = before.captured().amount() + amount;
  if (amount <= 0 || captured > before.authorized().amount()) {
    throw Error(Code::kFailedPrecondition, "CAPTURE_TOO_LARGE",
                "capturing " + std::to_string(amount) + " would exceed the " +
                    std::to_string(before.authorized().amount() - before.captured().amount()) + " that are left");
  }
  const bool all = captured == before.authorized().amount();
  Change change =
      changeTo(before, all ? Payment::STATE_CAPTURED : Payment::STATE_PARTIALLY_CAPTURED, "captured", amount);
  change.after.mutable_captured()->set_amount(captured);
  return change;
}

Change refund(const Payment& before, std::int64_t amount) {
  if (before.state() != Payment::STATE_CAPTURED && before.state() != Payment::STATE_PARTIALLY_CAPTURED) {
    throw contradiction(before, "refunded");
  }
  const std::int64_t refunded = before.refunded().amount() + amount;
  if (amount <= 0 || refunded > before.captured().amount()) {
    throw Error(Code::kFailedPrecondition, "REFUND_TOO_LARGE",
                "refunding " + std::to_string(amount) + " would exceed the " +
                    std::to_string(before.captured().amount() - before.refunded().amount()) + " that are captured");
  }
  const bool all = refunded == before.captured().amount();
  Change change = changeTo(before, all ? Payment::STATE_REFUNDED : before.state(), "refunded", amount);
  change.after.mutable_refunded()->set_amount(refunded);
  return change;
}

}  // namespace kontor::payment
