#include "chassis/store/audit.hpp"

#include <array>

#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/recorded_transaction.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::store {
namespace {

using namespace std::chrono_literals;

// Three times the relay's longest pause between two tries.
constexpr Duration kOutboxLate = 15s;
// Opening a sealed answer takes microseconds, and a busy shop keeps millions: the newest tell whether the key fits.
constexpr std::int64_t kAnswersOpened = 500;

constexpr std::string_view kAnswers =
    "SELECT scope, idempotency_key, answer, truncated, expires_at FROM idempotency ORDER BY expires_at DESC LIMIT $1";

std::string eventLine(const Row& row) {
  return "event " + row.text(0) + " (" + row.text(1) + " of " + row.text(2) + ")";
}
std::string unsentLine(const Row& row) { return eventLine(row) + " waits since " + formatRfc3339(row.time(3)); }
std::string sequenceLine(const Row& row) {
  return eventLine(row) + " has the sequence " + number(row, 3) + ", the last one given was " + number(row, 4);
}

constexpr std::array<Rule, 2> kEventRules{
    {{"the outbox empties", "SELECT COUNT(*) FROM outbox",
      "SELECT id, type, subject, time FROM outbox WHERE time < $1 ORDER BY position LIMIT 20", unsentLine, kOutboxLate},
     {"every event has a sequence that was given to its subject", "SELECT COUNT(*) FROM outbox",
      "SELECT o.id, o.type, o.subject, o.sequence, COALESCE(s.last, 0) FROM outbox o LEFT JOIN outbox_sequence s "
      "ON s.topic = o.topic AND s.subject = o.subject WHERE s.last IS NULL OR o.sequence > s.last "
      "ORDER BY o.position LIMIT 20",
      sequenceLine}}};

// The scope names a principal and a path, which may hold a cart's id: a secret. The key alone finds the row.
std::string answerLine(const Row& row, const std::string& what) { return "the answer to key " + row.text(1) + what; }

void judgeAnswer(const Row& row, const security::Sealer& sealer, Time now, Audit& audit) {
  if (now != Time{} && row.time(4) > now + kAnswersKeptFor + kClockSlack)
    audit.violate(answerLine(row, " expires only at " + formatRfc3339(row.time(4))));
  const bool truncated = row.boolean(3);
  if (truncated != row.bytes(2).empty())
    audit.violate(answerLine(row, truncated ? " is there, though it is said to be too large" : " is missing"));
  if (truncated || row.bytes(2).empty()) return;
  try {
    static_cast<void>(sealer.open(row.bytes(2), answerContext(row.text(0), row.text(1))));
  } catch (const Error& error) {
    audit.violate(answerLine(row, ": " + error.message()));
  }
}

task<Audit> auditAnswers(Statements& in, const security::Sealer& sealer, Time now) {
  Audit audit("kept answers open, and are forgotten after a day");
  const Rows rows = co_await in.query(kAnswers, params(kAnswersOpened));
  audit.checked = static_cast<std::int64_t>(rows.size());
  for (const Row& row : rows) judgeAnswer(row, sealer, now, audit);
  co_return audit;
}

task<Audit> judge(Statements& in, Rule rule, Time now) {
  Audit audit{std::string(rule.name)};
  const Rows counted = co_await in.query(rule.counted, params());
  audit.checked = counted.at(0).int64(0);
  if (rule.grace && now == Time{}) co_return audit;
  Params values = rule.grace ? params(Time(now - *rule.grace)) : params();
  const Rows broken = co_await in.query(rule.broken, std::move(values));
  for (const Row& row : broken) audit.violate(rule.wording(row));
  co_return audit;
}

}  // namespace

void Audit::violate(std::string what) {
  ok = false;
  if (violations.size() < kLinesMax) violations.push_back(std::move(what));
}

std::string number(const Row& row, std::size_t column) { return std::to_string(row.int64(column)); }

task<std::vector<Audit>> auditRules(Statements& in, std::span<const Rule> rules, Time now) {
  std::vector<Audit> audits;
  audits.reserve(rules.size());
  for (const Rule& rule : rules) audits.push_back(co_await judge(in, rule, now));
  co_return audits;
}

task<std::vector<Audit>> auditRecords(Statements& in, const security::Sealer& sealer, std::string_view service,
                                      Time now) {
  std::vector<Audit> audits = co_await auditRules(in, kEventRules, now);
  audits.push_back(co_await auditAnswers(in, sealer, now));
  for (Audit& one : audits) one.name = std::string(service) + ": " + one.name;
  co_return audits;
}

}  // namespace kontor::store
