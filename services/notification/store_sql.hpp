#pragma once

#include "services/notification/store.hpp"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class Row;
}

namespace kontor::notification {

/// The store of messages in SQL, one text per query for SQLite and PostgreSQL. Thread-safe: it keeps no state.
class StoreSql : public Store {
 public:
  /// `sealer` seals addresses and must outlive the store.
  explicit StoreSql(const security::Sealer& sealer) : sealer_(sealer) {}

  task<bool> hasMessageOf(store::Statements& in, std::string event_id) override;
  task<void> add(store::Transaction& in, Message message) override;
  task<std::vector<Message>> claimDue(store::Transaction& in, Time until, std::int64_t most) override;
  task<bool> settle(store::Transaction& in, const Message& message) override;
  task<std::vector<Message>> list(store::Statements& in, std::string order, std::optional<State> state,
                                  std::int64_t before, std::int64_t limit) override;
  task<std::vector<store::Audit>> audit(store::Statements& in, Time now) override;

 private:
  Message messageOf(const store::Row& row) const;

  const security::Sealer& sealer_;
};

}  // namespace kontor::notification
