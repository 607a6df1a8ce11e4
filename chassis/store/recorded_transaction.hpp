#pragma once

#include <string>

#include "chassis/store/sql.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}

namespace kontor::store {

/// How long the answer to an idempotency key is kept, and by how much clocks may differ on it.
inline constexpr Duration kAnswersKeptFor = std::chrono::hours(24);
inline constexpr Duration kClockSlack = std::chrono::minutes(5);
/// Ties a sealed answer to its record.
std::string answerContext(const std::string& scope, const std::string& key);

/// What the transactions of every SQL driver share: the outbox, the inbox and the idempotency records, written in
/// portable SQL through the driver's own `query` and `execute`.
class RecordedTransaction : public Transaction {
 public:
  /// What all transactions of one store have in common.
  struct Origin {
    runtime::Environment& environment;
    const security::Sealer& sealer;
    std::string service;  // the source of its events
  };

  /// `origin` and `context` must outlive the transaction.
  RecordedTransaction(const Origin& origin, const rpc::Context& context, Time now)
      : origin_(origin), context_(context), now_(now) {}

  task<void> emit(Event event) final;
  task<bool> once(std::string_view consumer, std::string_view event_id) final;
  task<std::optional<SavedAnswer>> answerOnce(const rpc::Idempotency& idempotency) final;
  task<void> saveAnswer(const rpc::Idempotency& idempotency, SavedAnswer answer) final;
  Time now() const final { return now_; }

  /// What the relay has to send after the commit, in order.
  std::vector<EventName>& emitted() { return emitted_; }

 private:
  const Origin& origin_;
  const rpc::Context& context_;
  Time now_;
  std::vector<EventName> emitted_;
};

}  // namespace kontor::store
