#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kontor/payment/v1/payment.kontor.hpp"

namespace kontor::payment {

using v1::Payment;

/// What a provider says has become of a reference.
enum class Fact : std::uint8_t {
  kAuthorized,
  kDeclined,
  kRequiresAction,
  kPending,   // still working on it
  kNotKnown,  // never heard of it
  kVoided,
};

/// One statement of a provider: its answer, its webhook, or what it said when asked.
struct Notice {
  Fact fact;
  std::string provider_ref;
  std::string action_url;  // of kRequiresAction
  std::string reason;      // of kDeclined
};

/// What a notice does to a payment: its next state, and the row of its history.
struct Change {
  Payment after;
  std::string_view type;  // "authorized", "failed", …
  std::int64_t amount = 0;
};

/// A payment that is about to be asked for.
Payment newPayment(std::string id, const v1::AuthorizeRequest& request);
/// The mark that a reference was given up before it was ever asked for: a delayed Authorize of it is refused.
Payment givenUp(std::string id, const std::string& ref);

/// What `notice` changes; nothing when it tells nothing new. Money that a provider holds is always written down, also
/// on a payment that had failed or was given up: the order decides what becomes of it.
/// Throws FAILED_PRECONDITION / "PAYMENT_STATE" when the notice contradicts what is settled.
std::optional<Change> apply(const Payment& before, const Notice& notice);

/// True when `notice` would bring an ended payment back to life, but was given when the payment was at another version
/// than now: the provider may have undone since what it says. Such a notice counts only when it is asked for anew.
bool overtaken(const Payment& now, const Notice& notice, std::int64_t heard_at_version);

/// Ends a payment whose provider will not: a required action that nobody took, a reference nobody knows.
std::optional<Change> giveUp(const Payment& before, std::string_view why);

/// Takes `amount` of what is authorised. Throws FAILED_PRECONDITION / "CAPTURE_TOO_LARGE" or "PAYMENT_STATE".
Change capture(const Payment& before, std::int64_t amount);
/// Gives back `amount` of what is captured. Throws FAILED_PRECONDITION / "REFUND_TOO_LARGE" or "PAYMENT_STATE".
Change refund(const Payment& before, std::int64_t amount);

/// True while the provider holds or has money for this payment.
bool inForce(const Payment& payment);
/// "authorized", for messages.
std::string_view stateName(Payment::State state);

}  // namespace kontor::payment
