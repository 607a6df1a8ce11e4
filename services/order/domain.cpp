#include "services/order/domain.hpp"

#include <algorithm>
#include <array>

#include "chassis/base/assert.hpp"

namespace kontor::order {
namespace {

using payment::v1::Payment;
using payment::v1::SettleResponse;

constexpr std::array<std::string_view, 9> kStepNames = {
    "begun", "authorizing", "authorized", "requires_action", "unknown", "completing", "done", "releasing", "failed"};
constexpr std::int64_t kLongestWaitSeconds = 60;

bool expired(const Checkout& checkout, const Facts& facts) { return facts.now >= checkout.expires_at; }

// Gives back what the checkout may have, in the order in which a buyer is hurt least: money, stock, cart.
Action undo(const Checkout& checkout, const Facts& facts) {
  if (checkout.asked_at && !facts.voided) return Action::kVoid;
  if (!facts.freed) return Action::kFree;
  if (!facts.reopened) return Action::kReopen;
  return Action::kFail;
}

// Up to the question for money, everything can be undone without anybody having noticed.
Action nextOfBegun(const Checkout& checkout, const Facts& facts) {
  const bool abandoned = !facts.payer && !checkout.late;  // only its own call has the means of payment
  if (abandoned || !facts.refusal.empty()) return undo(checkout, facts);
  if (!checkout.replaces.empty() && !facts.old_cleared) return Action::kClearOld;
  if (!facts.locked) return Action::kLock;
  if (!facts.reserved) return Action::kReserve;
  return checkout.late ? Action::kBeginCompleting : Action::kAuthorize;
}

// `authorizing` found without its call, and `unknown`: asks, and never authorises again.
Action nextOfUnsettled(const Checkout& checkout, const Facts& facts) {
  if (!facts.refusal.empty()) return Action::kRelease;
  if (facts.authorized) return checkout.cancel_actor.empty() ? Action::kBeginCompleting : Action::kRelease;
  if (facts.give_up && !facts.called_off) return Action::kCallOff;
  if (!facts.asked) return Action::kAsk;
  return Action::kPark;
}

// Waits for the buyer at their bank, as long as the hold lasts; asks when there is reason to believe they are back.
Action nextOfRequiresAction(const Checkout& checkout, const Facts& facts) {
  if (!facts.refusal.empty()) return Action::kRelease;
  if (facts.authorized) return checkout.cancel_actor.empty() ? Action::kBeginCompleting : Action::kRelease;
  if (expired(checkout, facts) || !checkout.cancel_actor.empty()) return Action::kRelease;
  if ((facts.nudged || facts.buyer) && !facts.asked) return Action::kAsk;
  return Action::kPark;
}

// It ends in an order, standing or cancelled, and either way with a closed cart: so the cart is closed before the order
// is confirmed, and one write records both.
Action nextOfCompleting(const Checkout& checkout, const Facts& facts) {
  const bool pending = checkout.order_status == v1::Order::STATUS_PENDING;
  if (pending && facts.sold_out) return Action::kGiveUpOrder;
  if (pending && !facts.committed) return facts.hold_lost ? Action::kReserveAgain : Action::kCommit;
  if (!facts.closed) return Action::kClose;
  return pending ? Action::kConfirm : Action::kFinish;
}

// Done, unless its order was cancelled or is to be: then money and stock are still owed.
Action nextOfDone(const Checkout& checkout, const Facts& facts) {
  if (checkout.order_status == v1::Order::STATUS_CONFIRMED)
    return checkout.cancel_actor.empty() ? Action::kPark : Action::kCancelOrder;
  const bool returned = checkout.order_payment == v1::Order::PAYMENT_STATUS_VOIDED ||
                        checkout.order_payment == v1::Order::PAYMENT_STATUS_REFUNDED;
  if (checkout.order_status != v1::Order::STATUS_CANCELLED || returned) return Action::kPark;
  if (!facts.voided) return Action::kVoid;
  if (!facts.freed) return Action::kFree;
  return Action::kNoteReturned;
}

// The arrows of README.md.
bool allowed(Step from, Step to) {
  switch (to) {
    case Step::kBegun:
      return from == Step::kFailed;  // a late authorisation
    case Step::kAuthorizing:
      return from == Step::kBegun;
    case Step::kAuthorized:
      return from == Step::kAuthorizing;
    case Step::kRequiresAction:
      return from == Step::kAuthorizing || from == Step::kUnknown;
    case Step::kUnknown:
      return from == Step::kAuthorizing;
    case Step::kCompleting:
      return from == Step::kAuthorized || from == Step::kRequiresAction || from == Step::kUnknown ||
             from == Step::kAuthorizing || from == Step::kBegun;
    case Step::kDone:
      return from == Step::kCompleting;
    case Step::kReleasing:
      return from != Step::kCompleting && from != Step::kDone && from != Step::kReleasing;
    case Step::kFailed:
      return from == Step::kReleasing || from == Step::kBegun || from == Step::kAuthorizing;
  }
  return false;
}

void learnKnown(Checkout& checkout, Facts& facts, const Payment& payment) {
  checkout.payment = std::make_shared<Payment>(payment);
  if (moneyInForce(payment)) {
    facts.authorized = true;
  } else if (payment.state() == Payment::STATE_REQUIRES_ACTION) {
    facts.action_needed = true;
  } else if (payment.state() != Payment::STATE_CREATED) {
    facts.refusal = kPaymentFailed;
    facts.voided = true;  // it ended without money: nothing to give back
  }
}

}  // namespace

std::string_view stepName(Step step) { return kStepNames.at(static_cast<std::size_t>(step)); }

Step stepNamed(std::string_view name) {
  const auto found = std::find(kStepNames.begin(), kStepNames.end(), name);
  KONTOR_ASSERT(found != kStepNames.end(), "a checkout is in an unknown step");
  return static_cast<Step>(found - kStepNames.begin());
}

Action next(const Checkout& checkout, const Facts& facts) {
  switch (checkout.step) {
    case Step::kBegun:
      return nextOfBegun(checkout, facts);
    case Step::kAuthorizing:
      // Refused by the provider's own answer: nothing else can have moved it meanwhile, so it is undone in place.
      if (!facts.refusal.empty() && facts.payer) return undo(checkout, facts);
      return nextOfUnsettled(checkout, facts);
    case Step::kUnknown:
      // The payment call has just waited in vain: it answers now, and the driver asks.
      return facts.payer ? Action::kPark : nextOfUnsettled(checkout, facts);
    case Step::kAuthorized:
      if (facts.buyer) return Action::kBeginCompleting;
      return expired(checkout, facts) || !facts.refusal.empty() ? Action::kRelease : Action::kPark;
    case Step::kRequiresAction:
      return nextOfRequiresAction(checkout, facts);
    case Step::kCompleting:
      return nextOfCompleting(checkout, facts);
    case Step::kDone:
      return nextOfDone(checkout, facts);
    case Step::kReleasing:
      return undo(checkout, facts);
    case Step::kFailed:
      return facts.nudged && !facts.asked ? Action::kLookAtLate : Action::kPark;
  }
  KONTOR_ASSERT(false, "a checkout is in an unknown step");
  return Action::kPark;
}

Duration backoff(std::int64_t tries) {
  const std::int64_t seconds = std::int64_t{1} << std::clamp<std::int64_t>(tries, 0, 6);
  return std::chrono::seconds(std::min(seconds, kLongestWaitSeconds));
}

void hold(Checkout& checkout, std::string_view owner, Time now, Duration lease) {
  checkout.lease_owner = owner;
  checkout.lease_until = now + lease;
  checkout.wake_at = checkout.lease_until;
}

void take(Checkout& checkout, std::string_view owner, Time now, Duration lease) {
  hold(checkout, owner, now, lease);
  checkout.epoch = checkout.stored_epoch + 1;
}

void park(Checkout& checkout, Time now) {
  checkout.lease_until = Time{};
  checkout.nudges_seen = checkout.nudges;
  switch (checkout.step) {
    case Step::kAuthorized:
    case Step::kRequiresAction:
      checkout.wake_at = checkout.expires_at;
      break;
    case Step::kFailed:
      checkout.wake_at.reset();
      break;
    case Step::kDone: {
      Facts none;
      none.now = now;
      const Action left = next(checkout, none);
      checkout.wake_at.reset();
      if (left != Action::kPark) checkout.wake_at = now + backoff(checkout.tries++);
      break;
    }
    default:
      checkout.wake_at = now + backoff(checkout.tries++);
  }
}

void advance(Checkout& checkout, Step step) {
  KONTOR_ASSERT(allowed(checkout.step, step),
                "a checkout cannot move so: look at the states of services/order/README.md");
  checkout.step = step;
  checkout.tries = 0;
}

bool moneyInForce(const Payment& payment) {
  return payment.state() == Payment::STATE_AUTHORIZED || payment.state() == Payment::STATE_PARTIALLY_CAPTURED ||
         payment.state() == Payment::STATE_CAPTURED;
}

void hear(Checkout& checkout, Facts& facts, const Payment& payment) {
  checkout.payment = std::make_shared<Payment>(payment);
  if (moneyInForce(payment)) {
    advance(checkout, Step::kAuthorized);
  } else if (payment.state() == Payment::STATE_REQUIRES_ACTION) {
    advance(checkout, Step::kRequiresAction);
  } else if (payment.state() == Payment::STATE_CREATED) {
    advance(checkout, Step::kUnknown);
  } else {
    facts.refusal = kDeclined;
    facts.voided = true;
  }
}

void learn(Checkout& checkout, Facts& facts, const SettleResponse& answer, Duration settle) {
  facts.asked = true;
  if (answer.knowledge() == SettleResponse::KNOWLEDGE_KNOWN) {
    learnKnown(checkout, facts, answer.payment());
  } else if (answer.knowledge() == SettleResponse::KNOWLEDGE_NOT_KNOWN && checkout.step != Step::kRequiresAction) {
    KONTOR_ASSERT(checkout.asked_at.has_value(), "money that nobody asked for cannot be asked about");
    if (facts.called_off) facts.refusal = kPaymentFailed;
    if (facts.now - *checkout.asked_at >= settle) facts.give_up = true;
  }
}

}  // namespace kontor::order
