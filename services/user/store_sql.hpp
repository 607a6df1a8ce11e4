#pragma once

#include "services/user/store.hpp"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class Row;
}

namespace kontor::user {

/// The store of accounts in SQL, one text per query for SQLite and PostgreSQL. Its parts lie in store_sql.cpp,
/// store_sql_sessions.cpp and store_sql_audit.cpp. Thread-safe: it keeps no state.
class StoreSql : public Store {
 public:
  /// `sealer` seals e-mails and names and must outlive the store.
  explicit StoreSql(const security::Sealer& sealer) : sealer_(sealer) {}

  task<bool> addAccount(store::Transaction& in, const Account& account) override;
  task<std::optional<Account>> findAccount(store::Statements& in, AccountKind kind, std::string id) override;
  task<std::optional<Credentials>> findCredentials(store::Statements& in, AccountKind kind, std::string email) override;
  task<bool> replacePassword(store::Transaction& in, std::string account, std::string old,
                             std::string password) override;
  task<std::vector<Account>> listStaff(store::Statements& in, std::string after, std::int64_t limit) override;
  task<bool> anyStaff(store::Statements& in) override;
  task<std::vector<std::string>> rolesOf(store::Statements& in, std::string account) override;

  task<bool> addSession(store::Transaction& in, const Session& session, std::string password) override;
  task<std::optional<Session>> findSession(store::Statements& in, std::string token_hash) override;
  task<void> noteUse(store::Transaction& in, std::string session, Time now) override;
  task<void> endSession(store::Transaction& in, std::string session) override;
  task<void> endSessions(store::Transaction& in, std::string account, std::string kept) override;

  task<Attempts> countAttempt(store::Transaction& in, std::string who, Duration window) override;
  task<void> forgetAttempts(store::Transaction& in, std::string who) override;
  task<std::int64_t> sweepSessions(store::Transaction& in, AccountKind kind, Time idle_before) override;
  task<std::int64_t> sweepAttempts(store::Transaction& in, Time attempts_before) override;

  task<std::vector<store::Audit>> audit(store::Statements& in, Time now) override;

 private:
  std::string emailHash(std::string_view email) const;
  Account accountOf(const store::Row& row) const;
  task<store::Audit> auditEmails(store::Statements& in);

  const security::Sealer& sealer_;
};

}  // namespace kontor::user
