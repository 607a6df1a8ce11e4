#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/payment/provider.hpp"

namespace kontor::payment::sandbox {

/// One entry of the sandbox's own book.
struct Entry {
  std::string ref;
  std::string action;   // "act_…" of an entry whose buyer must act; empty otherwise
  std::string state;    // "pending", "requires_action", "authorized", "declined", "voided", "captured", "refunded"
  std::string becomes;  // the state it takes by itself at `becomes_at`; empty: none
  Time becomes_at;
  bool ignores_void = false;  // a required action that cannot be given up
  std::string currency;
  std::int64_t amount = 0;
  std::int64_t authorized = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  Time changed_at{};
};

/// A webhook that waits to be sent, again and again until it was taken.
struct PendingWebhook {
  std::string id;
  std::string ref;
  std::string type;  // "payment.authorized", "payment.declined"
};

/// The schema of the sandbox's own file.
std::span<const store::Migration> ledgerMigrations();

/// The sandbox's book: committed before the sandbox answers, as a real provider's would be. What was to happen at a
/// moment in the past has happened whenever somebody looks. Thread-safe.
class Ledger {
 public:
  explicit Ledger(std::shared_ptr<store::SqlStore> store) : store_(std::move(store)) {}

  /// Opens an entry unless the reference has one; returns the one that stands.
  task<Entry> open(Entry entry);
  task<std::optional<Entry>> find(std::string ref);
  /// Gives up what is not captured; nothing when the reference is not known.
  task<std::optional<Entry>> cancel(std::string ref);
  /// Decides a required action and queues the webhook that tells. Throws NOT_FOUND, or FAILED_PRECONDITION /
  /// "ACTION_CLOSED" when it was decided otherwise or given up.
  task<void> decide(std::string action, bool approve, std::string webhook_id);
  /// Moves money once for each operation; throws FAILED_PRECONDITION / "PROVIDER_REFUSED" when there is too little.
  task<void> capture(std::string ref, std::string operation, std::int64_t amount);
  task<void> refund(std::string ref, std::string operation, std::int64_t amount);
  task<std::vector<Entry>> list(Time since, std::string after_ref, std::int64_t limit);

  /// What must hold of the book itself: amounts are the sums of operations, and none is more than the one before it.
  task<std::vector<store::Audit>> audit(Time now);

  /// Lets every entry whose moment has come change, and queues the webhooks of late authorisations. Returns how many.
  task<std::int64_t> ripen();
  task<std::vector<PendingWebhook>> pendingWebhooks();
  task<void> sent(std::string webhook_id);

 private:
  std::shared_ptr<store::SqlStore> store_;
};

}  // namespace kontor::payment::sandbox
