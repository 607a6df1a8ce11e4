#include "services/notification/store_sql.hpp"

#include <array>

#include "chassis/security/sealer.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::notification {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kColumns =
    "id, event_id, kind, order_id, order_number, recipient, locale, subject, text, state, tries, failure, transport, "
    "position, next_try_at, created_at, sent_at";
constexpr std::string_view kKnown = "SELECT 1 FROM message WHERE event_id = $1";
constexpr std::string_view kAdd =
    "INSERT INTO message (id, event_id, kind, order_id, order_number, recipient, locale, subject, text, state, tries, "
    "failure, transport, next_try_at, created_at, sent_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, '', '', $10, $11, 0)";
// What waits for its next try holds up what comes after it in its order, and nothing else.
constexpr std::string_view kDue =
    " FROM message AS m WHERE state = 'queued' AND next_try_at <= $1 AND NOT EXISTS (SELECT 1 FROM "
    "message AS older WHERE older.state = 'queued' AND older.order_id = m.order_id AND m.order_id <> '' "
    "AND older.position < m.position) ORDER BY position LIMIT $2";
constexpr std::string_view kClaim = "UPDATE message SET tries = tries + 1, next_try_at = $2 WHERE position = $1";
constexpr std::string_view kSettle =
    "UPDATE message SET state = $3, failure = $4, transport = $5, next_try_at = $6, sent_at = $7 "
    "WHERE position = $1 AND tries = $2 AND state = 'queued'";
constexpr std::string_view kListed =
    " FROM message WHERE position < $1 AND ($2 = '' OR order_id = $2 OR order_number = $2) "
    "AND ($3 = '' OR state = $3) ORDER BY position DESC LIMIT $4";

std::string recipientPlace(const std::string& id) { return "message.recipient:" + id; }

std::string messageLine(const Row& row) { return "message " + row.text(0) + " of event " + row.text(1); }
std::string overtakenLine(const Row& row) {
  return messageLine(row) + " is " + row.text(2) + ", and an older one of order " + row.text(3) + " waits";
}

constexpr std::string_view kCount = "SELECT COUNT(*) FROM message";
constexpr std::array<store::Rule, 3> kRules{
    {{"notification: every message is of an event that was taken once", kCount,
      "SELECT m.id, m.event_id FROM message AS m LEFT JOIN inbox AS i ON i.consumer = 'notification' "
      "AND i.event_id = m.event_id WHERE i.event_id IS NULL AND m.created_at > (SELECT COALESCE(MIN(seen_at), 0) FROM "
      "inbox) ORDER BY m.position LIMIT 20",
      messageLine},
     {"notification: what was sent says when and how, what was not does not", kCount,
      "SELECT id, event_id FROM message WHERE (state = 'sent') <> (sent_at > 0 AND transport <> '') "
      "OR (state = 'failed' AND failure = '') ORDER BY position LIMIT 20",
      messageLine},
     {"notification: no message is sent before an older one of its order", kCount,
      "SELECT m.id, m.event_id, m.state, m.order_id FROM message AS older JOIN message AS m "
      "ON m.order_id = older.order_id AND m.position > older.position "
      "WHERE older.state = 'queued' AND older.order_id <> '' AND m.state <> 'queued' ORDER BY m.position LIMIT 20",
      overtakenLine}}};

}  // namespace

Message StoreSql::messageOf(const Row& row) const {
  Message message;
  message.id = row.text(0);
  message.event_id = row.text(1);
  message.kind = row.text(2);
  message.order_id = row.text(3);
  message.order_number = row.text(4);
  message.to = sealer_.open(row.bytes(5), recipientPlace(message.id));
  message.locale = row.text(6);
  message.subject = row.text(7);
  message.text = row.text(8);
  message.state = stateNamed(row.text(9));
  message.tries = static_cast<int>(row.int64(10));
  message.failure = row.text(11);
  message.transport = row.text(12);
  message.position = row.int64(13);
  message.next_try_at = row.time(14);
  message.created_at = row.time(15);
  message.sent_at = row.time(16);
  return message;
}

task<bool> StoreSql::hasMessageOf(store::Statements& in, std::string event_id) {
  const Rows rows = co_await in.query(kKnown, params(std::move(event_id)));
  co_return !rows.empty();
}

task<void> StoreSql::add(store::Transaction& in, Message message) {
  store::Bytes to{sealer_.seal(message.to, recipientPlace(message.id))};
  store::Params values =
      params(message.id, message.event_id, message.kind, message.order_id, message.order_number, std::move(to),
             message.locale, message.subject, message.text, message.next_try_at, message.created_at);
  co_await in.execute(kAdd, std::move(values));
}

task<std::vector<Message>> StoreSql::claimDue(store::Transaction& in, Time until, std::int64_t most) {
  const std::string sql = "SELECT " + std::string(kColumns) + std::string(kDue);
  const Rows due = co_await in.claim(sql, params(in.now(), most));
  std::vector<Message> messages;
  for (const Row& row : due) {
    Message message = messageOf(row);
    co_await in.execute(kClaim, params(message.position, until));
    ++message.tries;
    message.next_try_at = until;
    messages.push_back(std::move(message));
  }
  co_return messages;
}

task<bool> StoreSql::settle(store::Transaction& in, const Message& message) {
  store::Params values = params(message.position, message.tries, stateName(message.state), message.failure,
                                message.transport, message.next_try_at, message.sent_at);
  const std::int64_t written = co_await in.execute(kSettle, std::move(values));
  co_return written > 0;
}

task<std::vector<Message>> StoreSql::list(store::Statements& in, std::string order, std::optional<State> state,
                                          std::int64_t before, std::int64_t limit) {
  const std::string sql = "SELECT " + std::string(kColumns) + std::string(kListed);
  const std::string_view word = state ? stateName(*state) : std::string_view();
  const Rows rows = co_await in.query(sql, params(before, std::move(order), word, limit));
  std::vector<Message> messages;
  for (const Row& row : rows) messages.push_back(messageOf(row));
  co_return messages;
}

task<std::vector<store::Audit>> StoreSql::audit(store::Statements& in, Time now) {
  co_return co_await store::auditRules(in, kRules, now);
}

}  // namespace kontor::notification
