#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "chassis/base/time.hpp"
#include "kontor/order/v1/order.kontor.hpp"

namespace kontor::order {

/// Where a checkout stands. Locking the cart and holding the stock happen between `begun` and `authorizing`: both are
/// idempotent under the checkout's id, so the row of `begun` records them before they are tried.
enum class Step : std::uint8_t {
  kBegun,
  kAuthorizing,
  kAuthorized,
  kRequiresAction,
  kUnknown,
  kCompleting,
  kDone,
  kReleasing,
  kFailed,
};
std::string_view stepName(Step step);
/// Asserts that `name` is one of ours.
Step stepNamed(std::string_view name);

/// Why a checkout was given up: kept in its row and in the history of its order.
inline constexpr std::string_view kDeclined = "PAYMENT_DECLINED";     // the provider said no in its answer
inline constexpr std::string_view kPaymentFailed = "PAYMENT_FAILED";  // it said so later, or never knew of it
inline constexpr std::string_view kOutOfStock = "OUT_OF_STOCK";
inline constexpr std::string_view kExpired = "EXPIRED";
inline constexpr std::string_view kReplaced = "REPLACED";        // the buyer pays again
inline constexpr std::string_view kCartEdited = "CART_EDITED";   // the buyer changes the cart
inline constexpr std::string_view kInterrupted = "INTERRUPTED";  // its payment call died before money was asked for
inline constexpr std::string_view kCancelled = "CANCELLED";

/// An Idempotency-Key as a row keeps it. Without a key, `hash` is empty.
struct RequestKey {
  std::string hash;
  std::string fingerprint;
};

/// The saga's row: all that a crash may not forget.
struct Checkout {
  std::string id;
  std::string cart_id;      // secret
  std::string cart_hash;    // what it is found by
  std::string customer_id;  // empty: a guest
  Step step = Step::kBegun;
  std::string reason;
  bool late = false;
  std::string replaces;
  std::shared_ptr<const cart::v1::Cart> frozen;  // null until the cart is locked
  Time expires_at{};
  std::shared_ptr<const payment::v1::Payment> payment;  // null until something was heard of it
  std::optional<Time> asked_at;                         // when money was asked for
  std::int64_t tries = 0;

  std::string lease_owner;
  Time lease_until{};
  std::int64_t epoch = 0;
  std::optional<Time> wake_at;
  std::int64_t nudges = 0;       // news so far
  std::int64_t nudges_seen = 0;  // … that a drive has acted upon

  std::string cancel_actor;
  std::string cancel_reason;
  std::string order_id;  // empty: no order yet
  RequestKey pay;
  RequestKey complete;
  std::string pay_answer;       // serialised PayResponse, empty when there is none
  std::string complete_answer;  // serialised CompleteResponse
  /// What the next write keeps for good: set with the value above, never undone.
  struct Unkept {
    bool cart = false;
    bool pay_answer = false;
    bool complete_answer = false;
  } unkept;
  Time created_at{};
  Time updated_at{};

  // Of the order's row, joined in; written with the order, never with the checkout.
  v1::Order::Status order_status = v1::Order::STATUS_UNSPECIFIED;
  v1::Order::PaymentStatus order_payment = v1::Order::PAYMENT_STATUS_UNSPECIFIED;
  std::string order_number;

  // What the row says now, as far as this copy knows: a write names both and fails when either has changed.
  Step stored_step = Step::kBegun;
  std::int64_t stored_epoch = 0;

  bool hasOrder() const { return !order_id.empty(); }
  /// Somebody drives it, or did until a moment ago.
  bool live(Time now) const { return lease_until > now; }
  /// Not ended: it may still lock a cart, hold stock or money.
  bool inForce() const { return step != Step::kReleasing && step != Step::kFailed; }
};

/// What one drive of a checkout knows beyond its row.
struct Facts {
  Time now{};           // the store's clock when the row was last read or written
  bool payer = false;   // a payment call waits, with a means of payment
  bool buyer = false;   // a complete call waits
  bool nudged = false;  // something happened since the last drive
  std::string refusal;  // why the checkout is to be given up; empty: it is not

  bool old_cleared = false;  // the replaced checkout holds neither money nor the cart
  bool locked = false;
  bool reserved = false;

  bool asked = false;          // asked what became of the payment
  bool give_up = false;        // it is not known to the provider, and should be by now
  bool called_off = false;     // cancelled at the provider under our reference
  bool authorized = false;     // learned by asking
  bool action_needed = false;  // learned by asking

  bool committed = false;
  bool hold_lost = false;  // inventory freed the hold before it was committed
  bool sold_out = false;
  bool closed = false;

  bool voided = false;
  bool freed = false;
  bool reopened = false;
};

/// The one thing to do next with a checkout.
enum class Action : std::uint8_t {
  kPark,             // nothing now: write what is known and when to look again
  kClearOld,         // void and reopen what the replaced checkout still has
  kLock,             // carts.Lock
  kReserve,          // inventory.Reserve
  kAuthorize,        // record `authorizing`, then payments.Authorize
  kAsk,              // payments.Settle
  kCallOff,          // payments.Void of a payment that nobody knows
  kBeginCompleting,  // record `completing` with its pending order
  kCommit,           // inventory.Commit, and carts.Close beside it
  kReserveAgain,     // the hold was freed meanwhile: inventory.Reserve under the same reference
  kConfirm,          // the order stands
  kGiveUpOrder,      // its stock is gone for good: cancel it
  kClose,            // carts.Close
  kFinish,           // record `done`
  kRelease,          // record `releasing`
  kVoid,             // payments.Void, then Refund of what was captured
  kFree,             // inventory.Release
  kReopen,           // carts.Reopen
  kFail,             // record `failed`
  kCancelOrder,      // a wish recorded while the order was pending
  kNoteReturned,     // record that a cancelled order's money is back
  kLookAtLate,       // payments.GetPayment of a failed checkout: has money come all the same?
};

/// Decides. Pure: the same row and facts always give the same action. Example: domain_test.cpp.
Action next(const Checkout& checkout, const Facts& facts);

/// How long to wait before trying for the `tries`-th time again: 1, 2, 4 … 60 s.
Duration backoff(std::int64_t tries);

/// Takes or renews the lease for `owner`: until `now + lease` nobody else drives the checkout.
void hold(Checkout& checkout, std::string_view owner, Time now, Duration lease);
/// Fences off whoever held the lease before: from here on only the taker can write.
void take(Checkout& checkout, std::string_view owner, Time now, Duration lease);
/// Gives the lease back and says when the driver must look again.
void park(Checkout& checkout, Time now);
/// Moves to `step`; asserts that the states page allows it. Tries are counted anew.
void advance(Checkout& checkout, Step step);

/// What the payment's answer to the first question means; `declined` answers become a refusal.
void hear(Checkout& checkout, Facts& facts, const payment::v1::Payment& payment);
/// What the answer to a later question means. `settle`: how long the provider may not know of it.
void learn(Checkout& checkout, Facts& facts, const payment::v1::SettleResponse& answer, Duration settle);
/// Money is authorised or captured and not given back.
bool moneyInForce(const payment::v1::Payment& payment);

}  // namespace kontor::order
