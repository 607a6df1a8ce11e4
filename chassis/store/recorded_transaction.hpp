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

  /// True when the relay has something to send after the commit.
  bool emitted() const { return emitted_; }

 private:
  task<std::int64_t> nextSequence(std::string topic, std::string subject);

  const Origin& origin_;
  const rpc::Context& context_;
  Time now_;
  bool emitted_ = false;
};

}  // namespace kontor::store
