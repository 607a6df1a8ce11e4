#include "services/order/verdicts.hpp"

#include <algorithm>

namespace kontor::order {
namespace {

using Pay = PayVerdict::Kind;
using Complete = CompleteVerdict::Kind;

// At most one of a cart's checkouts is in force: the store's index sees to it.
const Checkout* inForceOf(const std::vector<Checkout>& checkouts) {
  const auto found = std::find_if(checkouts.begin(), checkouts.end(), [](const Checkout& c) { return c.inForce(); });
  return found == checkouts.end() ? nullptr : &*found;
}

const Checkout* releasingOf(const std::vector<Checkout>& checkouts) {
  const auto found = std::find_if(checkouts.begin(), checkouts.end(),
                                  [](const Checkout& checkout) { return checkout.step == Step::kReleasing; });
  return found == checkouts.end() ? nullptr : &*found;
}

const Checkout* keptFor(const std::vector<Checkout>& checkouts, const RequestKey& key, RequestKey Checkout::*slot) {
  if (key.hash.empty()) return nullptr;
  const auto found = std::find_if(checkouts.begin(), checkouts.end(),
                                  [&](const Checkout& checkout) { return (checkout.*slot).hash == key.hash; });
  return found == checkouts.end() ? nullptr : &*found;
}

// Answers that changed nothing are not kept; a decline is.
bool isDecline(const Checkout& checkout) { return checkout.reason == kDeclined || checkout.reason == kPaymentFailed; }

// A call that came with its key before. Nothing: the first one changed nothing, so that this one begins afresh.
std::optional<PayVerdict> judgeRepeat(const Checkout& first, const RequestKey& key, Time now) {
  if (first.pay.fingerprint != key.fingerprint) return PayVerdict{Pay::kKeyReused, first};
  switch (first.step) {
    case Step::kBegun:
      return first.live(now) ? PayVerdict{Pay::kInProgress, first} : PayVerdict{Pay::kBegin, first};
    case Step::kAuthorizing:
      return first.live(now) ? PayVerdict{Pay::kInProgress, first} : PayVerdict{Pay::kResume, first};
    case Step::kUnknown:
      return first.live(now) ? PayVerdict{Pay::kAnswer, first} : PayVerdict{Pay::kResume, first};
    case Step::kAuthorized:
    case Step::kRequiresAction:
    case Step::kCompleting:
    case Step::kDone:
      return PayVerdict{Pay::kAnswer, first};
    case Step::kReleasing:
      if (!first.pay_answer.empty()) return PayVerdict{Pay::kAnswer, first};
      return first.live(now) ? PayVerdict{Pay::kInProgress, first} : PayVerdict{Pay::kUndoFirst, first};
    case Step::kFailed:
      if (!first.pay_answer.empty() || isDecline(first)) return PayVerdict{Pay::kAnswer, first};
      return std::nullopt;
  }
  return std::nullopt;
}

// A payment call of a cart that is being checked out already, by another call.
PayVerdict judgeAgainst(const Checkout& other, Time now) {
  switch (other.step) {
    case Step::kDone:
      return {Pay::kClosed, other};
    case Step::kBegun:
      return {other.live(now) || other.late ? Pay::kPending : Pay::kBegin, other};
    case Step::kAuthorized:
    case Step::kRequiresAction:
      return {other.live(now) ? Pay::kWait : Pay::kBegin, other};
    default:
      return {Pay::kPending, other};
  }
}

}  // namespace

PayVerdict judgePayment(const std::vector<Checkout>& checkouts, const RequestKey& key, Time now) {
  if (const Checkout* first = keptFor(checkouts, key, &Checkout::pay)) {
    if (auto verdict = judgeRepeat(*first, key, now)) return *verdict;
  }
  if (const Checkout* other = inForceOf(checkouts)) return judgeAgainst(*other, now);
  if (const Checkout* ending = releasingOf(checkouts))
    return {ending->live(now) ? Pay::kWait : Pay::kUndoFirst, *ending};
  return {Pay::kBegin, std::nullopt};
}

CompleteVerdict judgeCompletion(const std::vector<Checkout>& checkouts, const RequestKey& key, Time now) {
  const Checkout* first = keptFor(checkouts, key, &Checkout::complete);
  if (first != nullptr && first->complete.fingerprint != key.fingerprint) return {Complete::kKeyReused, *first};
  if (first != nullptr && !first->complete_answer.empty()) return {Complete::kAnswer, *first};
  if (first != nullptr && isDecline(*first)) {
    if (first->step == Step::kReleasing) return {Complete::kWait, *first};
    if (first->step == Step::kFailed) return {Complete::kRefused, *first};
  }
  const Checkout* checkout = inForceOf(checkouts);
  if (checkout == nullptr) return {Complete::kPaymentRequired, std::nullopt};
  if (checkout->step == Step::kDone) return {Complete::kAnswer, *checkout};
  if (checkout->live(now)) return {Complete::kWait, *checkout};
  switch (checkout->step) {
    case Step::kAuthorized:
      return {Complete::kComplete, *checkout};
    case Step::kRequiresAction:
      return {Complete::kAskFirst, *checkout};
    case Step::kAuthorizing:
    case Step::kUnknown:
      return {checkout->hasOrder() ? Complete::kAwaited : Complete::kAwait, *checkout};
    case Step::kCompleting:
      return {Complete::kResume, *checkout};
    default:
      return {Complete::kPaymentRequired, *checkout};
  }
}

ReleaseVerdict judgeRelease(const Checkout& checkout, Time now) {
  switch (checkout.step) {
    case Step::kFailed:
      return ReleaseVerdict::kGone;
    case Step::kDone:
      return ReleaseVerdict::kClosed;
    case Step::kReleasing:
      return checkout.live(now) ? ReleaseVerdict::kWait : ReleaseVerdict::kFinish;
    case Step::kAuthorized:
    case Step::kRequiresAction:
      return checkout.live(now) ? ReleaseVerdict::kWait : ReleaseVerdict::kRelease;
    case Step::kBegun:
      return checkout.live(now) || checkout.late ? ReleaseVerdict::kPending : ReleaseVerdict::kRelease;
    default:
      return ReleaseVerdict::kPending;
  }
}

}  // namespace kontor::order
