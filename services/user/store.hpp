#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "services/user/domain.hpp"

namespace kontor::store {
struct Audit;
class Statements;
class Transaction;
}  // namespace kontor::store

namespace kontor::user {

/// What a login needs to know of an account: nothing personal is opened for it.
struct Credentials {
  std::string account;
  std::string password;  // the hash
};

/// What the service needs of a store. Writes run inside a transaction of the caller's, reads there or on a snapshot.
/// E-mails are given in their normal form; sealing and hashing is the store's affair. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Accounts.
  /// Adds an account with its roles; false when the e-mail has one of this kind.
  virtual task<bool> addAccount(store::Transaction& in, const Account& account) = 0;
  virtual task<std::optional<Account>> findAccount(store::Statements& in, AccountKind kind, std::string id) = 0;
  virtual task<std::optional<Credentials>> findCredentials(store::Statements& in, AccountKind kind,
                                                           std::string email) = 0;
  /// Replaces the hash `old`; false when it is not the account's any more.
  virtual task<bool> replacePassword(store::Transaction& in, std::string account, std::string old,
                                     std::string password) = 0;
  /// Staff in the order of their ids, after `after`.
  virtual task<std::vector<Account>> listStaff(store::Statements& in, std::string after, std::int64_t limit) = 0;
  virtual task<bool> anyStaff(store::Statements& in) = 0;
  virtual task<std::vector<std::string>> rolesOf(store::Statements& in, std::string account) = 0;

  // Sessions.
  /// Begins a session if `password` is still the account's hash; false when it is not.
  virtual task<bool> addSession(store::Transaction& in, const Session& session, std::string password) = 0;
  virtual task<std::optional<Session>> findSession(store::Statements& in, std::string token_hash) = 0;
  virtual task<void> noteUse(store::Transaction& in, std::string session, Time now) = 0;
  virtual task<void> endSession(store::Transaction& in, std::string session) = 0;
  /// Ends all sessions of an account but `kept`.
  virtual task<void> endSessions(store::Transaction& in, std::string account, std::string kept) = 0;

  // Attempts. `who` is personal (an address, an e-mail): it is stored as a keyed hash.
  /// Counts one more attempt; beginning anew when the window of the last ones is over.
  virtual task<Attempts> countAttempt(store::Transaction& in, std::string who, Duration window) = 0;
  virtual task<void> forgetAttempts(store::Transaction& in, std::string who) = 0;

  /// Clears away sessions that ended (the idle ones of a kind: unused since `idle_before`) and attempts older than
  /// `attempts_before`. Returns how many rows went.
  virtual task<std::int64_t> sweepSessions(store::Transaction& in, AccountKind kind, Time idle_before) = 0;
  virtual task<std::int64_t> sweepAttempts(store::Transaction& in, Time attempts_before) = 0;

  /// Checks the stored facts against each other, on the one snapshot that `in` is; `now` decides what is late.
  virtual task<std::vector<store::Audit>> audit(store::Statements& in, Time now) = 0;
};

}  // namespace kontor::user
