#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/order/domain.hpp"

namespace kontor::order {

/// What to do with a payment call.
struct PayVerdict {
  enum class Kind : std::uint8_t {
    kBegin,       // a new checkout, releasing `subject` first when there is one
    kResume,      // a repeat: ask what became of the payment of `subject`, then answer from it
    kAnswer,      // a repeat: answer from `subject`
    kUndoFirst,   // `subject` is being undone: see it to its end, then judge again
    kWait,        // `subject` is driven by somebody who will soon be done: wait, then judge again
    kPending,     // 409 PAYMENT_PENDING
    kInProgress,  // 409 REQUEST_IN_PROGRESS: the first call with this key still runs
    kClosed,      // 409 CART_CLOSED
    kKeyReused,   // 422
  };
  Kind kind;
  std::optional<Checkout> subject;
};
/// `checkouts` are all of one cart, in any order; `key` is the call's own. Pure.
PayVerdict judgePayment(const std::vector<Checkout>& checkouts, const RequestKey& key, Time now);

/// What to do with a complete call.
struct CompleteVerdict {
  enum class Kind : std::uint8_t {
    kComplete,         // authorised: make the order
    kAskFirst,         // the buyer's own action was pending: it may have been done
    kAwait,            // the payment's outcome is unknown: the order is made pending
    kAwaited,          // … and has been already
    kResume,           // left unfinished by a replica that died
    kWait,             // driven by somebody now: wait, then judge again
    kAnswer,           // done: the order as it is, or the kept answer
    kRefused,          // a repeat of a call that ended in 402
    kPaymentRequired,  // 409 PAYMENT_REQUIRED
    kKeyReused,        // 422
  };
  Kind kind;
  std::optional<Checkout> subject;
};
CompleteVerdict judgeCompletion(const std::vector<Checkout>& checkouts, const RequestKey& key, Time now);

/// What to do when the buyer changes a cart that is being checked out.
enum class ReleaseVerdict : std::uint8_t {
  kRelease,  // gives it up now
  kFinish,   // is being given up: see it to its end
  kWait,     // driven by somebody: wait, then judge again
  kGone,     // has left nothing behind
  kPending,  // 409 PAYMENT_PENDING
  kClosed,   // 409 CART_CLOSED: it is an order
};
ReleaseVerdict judgeRelease(const Checkout& checkout, Time now);

}  // namespace kontor::order
