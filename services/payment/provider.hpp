#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "services/payment/domain.hpp"

namespace kontor::payment {

/// What a provider is asked to authorise. `ref` is ours: the provider knows the payment by it from then on.
struct Authorization {
  std::string ref;
  std::string token;
  std::int64_t amount = 0;  // minor units
  std::string currency;
  Time expires_at;
};

/// One line of a provider's own book.
struct BookLine {
  std::string ref;
  std::string state;  // as the provider calls it
  std::int64_t authorized = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  Time changed_at{};  // when it last changed
};

/// News that a provider sent by webhook, its signature checked.
struct WebhookNews {
  std::string event_id;
  std::string ref;
  Notice notice;
};

/// A payment provider, behind one port: the sandbox, and real ones by adapters of one's own.
///
/// Every call is idempotent by its references. A call that throws, or whose answer does not come, may have run: its
/// outcome is found out by `ask`. Implementations are thread-safe and outlive their calls.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual std::string_view name() const = 0;

  virtual task<Notice> authorize(Authorization authorization) = 0;
  /// What became of a reference.
  virtual task<Notice> ask(std::string ref) = 0;
  /// Gives up a reference: kVoided when nothing of it is in force any more, kNotKnown when it never was, else what
  /// stands (an action that a buyer may still take).
  virtual task<Notice> cancel(std::string ref) = 0;
  /// Takes and gives back money; `operation` makes each happen once. Throws when the provider refuses.
  virtual task<void> capture(std::string ref, std::string operation, std::int64_t amount) = 0;
  virtual task<void> refund(std::string ref, std::string operation, std::int64_t amount) = 0;

  /// The provider's book, in the order of references after `after_ref`: lines changed since `since`, at most `limit`.
  virtual task<std::vector<BookLine>> list(Time since, std::string after_ref, std::size_t limit) = 0;

  /// Checks the signature and reads the body; nothing when the signature is not the provider's.
  /// Throws INVALID_ARGUMENT for a body that is signed but cannot be understood.
  virtual std::optional<WebhookNews> readWebhook(std::string_view body, std::string_view signature) const = 0;
};

}  // namespace kontor::payment
