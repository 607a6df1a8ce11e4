#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"
#include "services/user/store_sql.hpp"

namespace kontor::user {
namespace {

using store::params;
using store::Row;
using store::Rows;

// The password is compared here, in the transaction: a login that was verified before a change of the password must not
// outlive it.
constexpr std::string_view kAdd =
    "INSERT INTO session (id, token_hash, account, kind, created_at, last_seen_at, expires_at) "
    "SELECT $1, $2, id, kind, $5, $5, $6 FROM account WHERE id = $3 AND password = $4";
constexpr std::string_view kFind =
    "SELECT id, token_hash, account, kind, created_at, last_seen_at, expires_at FROM session WHERE token_hash = $1";
constexpr std::string_view kNoteUse = "UPDATE session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
constexpr std::string_view kEnd = "DELETE FROM session WHERE id = $1";
constexpr std::string_view kEndAll = "DELETE FROM session WHERE account = $1 AND id <> $2";
constexpr std::string_view kSweep = "DELETE FROM session WHERE kind = $1 AND (expires_at <= $2 OR last_seen_at <= $3)";

constexpr std::string_view kCount =
    "INSERT INTO attempt (who, count, since) VALUES ($1, 1, $2) ON CONFLICT (who) DO UPDATE SET "
    "count = CASE WHEN attempt.since <= $3 THEN 1 ELSE attempt.count + 1 END, "
    "since = CASE WHEN attempt.since <= $3 THEN $2 ELSE attempt.since END";
constexpr std::string_view kCounted = "SELECT count, since FROM attempt WHERE who = $1";
constexpr std::string_view kForget = "DELETE FROM attempt WHERE who = $1";
constexpr std::string_view kSweepAttempts = "DELETE FROM attempt WHERE since <= $1";

constexpr std::string_view kAttemptPurpose = "user.attempt";

}  // namespace

task<bool> StoreSql::addSession(store::Transaction& in, const Session& session, std::string password) {
  store::Params values = params(session.id, session.token_hash, session.account, std::move(password),
                                session.created_at, session.expires_at);
  const std::int64_t added = co_await in.execute(kAdd, std::move(values));
  co_return added == 1;
}

task<std::optional<Session>> StoreSql::findSession(store::Statements& in, std::string token_hash) {
  const Rows rows = co_await in.query(kFind, params(std::move(token_hash)));
  if (rows.empty()) co_return std::nullopt;
  const Row& row = rows.front();
  Session session;
  session.id = row.text(0);
  session.token_hash = row.text(1);
  session.account = row.text(2);
  session.kind = kindNamed(row.text(3));
  session.created_at = row.time(4);
  session.last_seen_at = row.time(5);
  session.expires_at = row.time(6);
  co_return session;
}

task<void> StoreSql::noteUse(store::Transaction& in, std::string session, Time now) {
  co_await in.execute(kNoteUse, params(std::move(session), now));
}

task<void> StoreSql::endSession(store::Transaction& in, std::string session) {
  co_await in.execute(kEnd, params(std::move(session)));
}

task<void> StoreSql::endSessions(store::Transaction& in, std::string account, std::string kept) {
  co_await in.execute(kEndAll, params(std::move(account), std::move(kept)));
}

task<Attempts> StoreSql::countAttempt(store::Transaction& in, std::string who, Duration window) {
  const std::string hash = sealer_.lookup(who, kAttemptPurpose);
  co_await in.execute(kCount, params(hash, in.now(), in.now() - window));
  const Rows rows = co_await in.query(kCounted, params(hash));
  co_return Attempts{rows.at(0).int64(0), rows.at(0).time(1)};
}

task<void> StoreSql::forgetAttempts(store::Transaction& in, std::string who) {
  co_await in.execute(kForget, params(sealer_.lookup(who, kAttemptPurpose)));
}

task<std::int64_t> StoreSql::sweepSessions(store::Transaction& in, AccountKind kind, Time idle_before) {
  store::Params values = params(kindName(kind), in.now(), idle_before);
  const std::int64_t swept = co_await in.execute(kSweep, std::move(values));
  co_return swept;
}

task<std::int64_t> StoreSql::sweepAttempts(store::Transaction& in, Time attempts_before) {
  const std::int64_t swept = co_await in.execute(kSweepAttempts, params(attempts_before));
  co_return swept;
}

}  // namespace kontor::user
