#include "services/payment/sandbox/ledger.hpp"

#include <array>
#include <utility>

#include "chassis/base/error.hpp"

namespace kontor::payment::sandbox {
namespace {

constexpr std::string_view kSchema = R"(-- compatible_from: 1
CREATE TABLE entry (
  ref TEXT NOT NULL PRIMARY KEY, action TEXT NOT NULL, state TEXT NOT NULL, becomes TEXT NOT NULL,
  becomes_at BIGINT NOT NULL, ignores_void BOOLEAN NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL,
  authorized BIGINT NOT NULL, captured BIGINT NOT NULL, refunded BIGINT NOT NULL, changed_at BIGINT NOT NULL);
CREATE INDEX entry_action ON entry (action) WHERE action <> '';
CREATE INDEX entry_becomes ON entry (becomes_at) WHERE becomes <> '';
CREATE TABLE operation (
  ref TEXT NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL, amount BIGINT NOT NULL,
  PRIMARY KEY (ref, kind, operation));
CREATE TABLE webhook (
  id TEXT NOT NULL PRIMARY KEY, ref TEXT NOT NULL, type TEXT NOT NULL, created_at BIGINT NOT NULL);
)";

constexpr std::array<store::Migration, 1> kMigrations{{{1, "0001_ledger.sql", kSchema}}};

constexpr std::string_view kColumns =
    "ref, action, state, becomes, becomes_at, ignores_void, currency, amount, authorized, captured, refunded, "
    "changed_at";

// Whatever the entries say of themselves, the operations tell.
constexpr std::string_view kWrongSums =
    "SELECT ref, captured, booked_captures, refunded, booked_refunds FROM (SELECT e.ref, e.captured, e.refunded, "
    "(SELECT COALESCE(CAST(SUM(o.amount) AS BIGINT), 0) FROM operation o WHERE o.ref = e.ref AND o.kind = 'capture') "
    "AS booked_captures, "
    "(SELECT COALESCE(CAST(SUM(o.amount) AS BIGINT), 0) FROM operation o WHERE o.ref = e.ref AND o.kind = 'refund') "
    "AS booked_refunds FROM entry e) AS sums "
    "WHERE captured <> booked_captures OR refunded <> booked_refunds ORDER BY ref LIMIT 20";
constexpr std::string_view kTooMuch =
    "SELECT ref, amount, authorized, captured, refunded FROM entry "
    "WHERE authorized > amount OR captured > authorized OR refunded > captured ORDER BY ref LIMIT 20";
constexpr std::string_view kUnsent =
    "SELECT id, ref, created_at FROM webhook WHERE created_at < $1 ORDER BY created_at, id LIMIT 20";

std::string sumsLine(const store::Row& row) {
  return row.text(0) + ": captured " + store::number(row, 1) + ", operations say " + store::number(row, 2) +
         "; refunded " + store::number(row, 3) + ", operations say " + store::number(row, 4);
}
std::string tooMuchLine(const store::Row& row) {
  return row.text(0) + ": asked " + store::number(row, 1) + ", authorised " + store::number(row, 2) + ", captured " +
         store::number(row, 3) + ", refunded " + store::number(row, 4);
}
std::string unsentLine(const store::Row& row) {
  return "webhook " + row.text(0) + " of " + row.text(1) + " waits since " + formatRfc3339(row.time(2));
}

constexpr std::array<store::Rule, 3> kRules{
    {{"sandbox: each entry's amounts are the sums of its operations", "SELECT COUNT(*) FROM entry", kWrongSums,
      sumsLine},
     {"sandbox: refunded <= captured <= authorized <= asked", "SELECT COUNT(*) FROM entry", kTooMuch, tooMuchLine},
     {"sandbox: every webhook is taken", "SELECT COUNT(*) FROM webhook", kUnsent, unsentLine,
      std::chrono::minutes(2)}}};

Entry read(const store::Row& row) {
  return {row.text(0), row.text(1),  row.text(2),  row.text(3),  row.time(4),   row.boolean(5),
          row.text(6), row.int64(7), row.int64(8), row.int64(9), row.int64(10), row.time(11)};
}

// What the entry is at `now`: changes that were due have happened.
bool mature(Entry& entry, Time now) {
  if (entry.becomes.empty() || entry.becomes_at > now) return false;
  entry.state = std::exchange(entry.becomes, {});
  if (entry.state == "authorized") entry.authorized = entry.amount;
  entry.ignores_void = false;
  return true;
}

task<std::optional<Entry>> load(store::Statements& statements, std::string ref) {
  const std::string sql = "SELECT " + std::string(kColumns) + " FROM entry WHERE ref = $1";
  store::Params params{ref};
  const store::Rows rows = co_await statements.query(sql, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  co_return read(rows.front());
}

task<void> save(store::Transaction& transaction, Entry entry) {
  store::Params params{entry.ref,        entry.state,    entry.becomes,  entry.becomes_at, entry.ignores_void,
                       entry.authorized, entry.captured, entry.refunded, transaction.now()};
  co_await transaction.execute(
      "UPDATE entry SET state = $2, becomes = $3, becomes_at = $4, ignores_void = $5, authorized = $6, captured = $7, "
      "refunded = $8, changed_at = $9 WHERE ref = $1",
      std::move(params));
}

task<void> queueWebhook(store::Transaction& transaction, std::string id, std::string ref, std::string type) {
  store::Params params{id, ref, type, transaction.now()};
  co_await transaction.execute(
      "INSERT INTO webhook (id, ref, type, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
      std::move(params));
}

// False when the operation was booked before.
task<bool> book(store::Transaction& transaction, std::string ref, std::string_view kind, std::string operation,
                std::int64_t amount) {
  store::Params params{ref, kind, operation, amount};
  const std::int64_t rows = co_await transaction.execute(
      "INSERT INTO operation (ref, kind, operation, amount) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (ref, kind, operation) DO NOTHING",
      std::move(params));
  co_return rows == 1;
}

Error refused(const std::string& ref, std::string_view why) {
  return Error(Code::kFailedPrecondition, "PROVIDER_REFUSED", "the sandbox refuses " + ref + ": " + std::string(why));
}

task<Entry> insert(store::Transaction& transaction, Entry entry) {
  const std::optional<Entry> there = co_await load(transaction, entry.ref);
  if (there) co_return *there;
  const std::string sql =
      "INSERT INTO entry (" + std::string(kColumns) + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10)";
  store::Params params{entry.ref,          entry.action,   entry.state,  entry.becomes,    entry.becomes_at,
                       entry.ignores_void, entry.currency, entry.amount, entry.authorized, transaction.now()};
  co_await transaction.execute(sql, std::move(params));
  co_return entry;
}

task<std::optional<Entry>> cancelIn(store::Transaction& transaction, std::string ref) {
  std::optional<Entry> entry = co_await load(transaction, ref);
  if (!entry) co_return std::nullopt;
  mature(*entry, transaction.now());
  if (entry->state == "unknown") co_return std::nullopt;
  const bool open = entry->state == "authorized" || entry->state == "pending" || entry->state == "requires_action";
  if (open && !entry->ignores_void && entry->captured == 0) {
    entry->state = "voided";
    entry->becomes.clear();
    entry->authorized = 0;
  }
  co_await save(transaction, *entry);
  co_return entry;
}

task<void> decideIn(store::Transaction& transaction, std::string action, bool approve, std::string webhook_id) {
  const std::string sql = "SELECT " + std::string(kColumns) + " FROM entry WHERE action = $1";
  store::Params params{action};
  const store::Rows rows = co_await transaction.query(sql, std::move(params));
  if (rows.empty()) throw notFound("payment action", action);
  Entry entry = read(rows.front());
  mature(entry, transaction.now());
  const std::string wanted = approve ? "authorized" : "declined";
  if (entry.state == wanted) co_return;
  if (entry.state != "requires_action") {
    throw Error(Code::kFailedPrecondition, "ACTION_CLOSED", "this payment is " + entry.state + " already");
  }
  entry.state = wanted;
  entry.becomes.clear();
  entry.ignores_void = false;
  if (approve) entry.authorized = entry.amount;
  co_await save(transaction, entry);
  co_await queueWebhook(transaction, std::move(webhook_id), entry.ref, "payment." + wanted);
}

task<void> moveIn(store::Transaction& transaction, std::string ref, std::string_view kind, std::string operation,
                  std::int64_t amount) {
  std::optional<Entry> entry = co_await load(transaction, ref);
  if (!entry) throw refused(ref, "it is not known");
  const bool fresh = co_await book(transaction, ref, kind, std::move(operation), amount);
  if (!fresh) co_return;
  if (kind == "capture") {
    entry->captured += amount;
    if (amount <= 0 || entry->captured > entry->authorized) throw refused(ref, "more than is authorised");
    entry->state = "captured";
  } else {
    entry->refunded += amount;
    if (amount <= 0 || entry->refunded > entry->captured) throw refused(ref, "more than was captured");
    entry->state = "refunded";
  }
  co_await save(transaction, *entry);
}

task<std::int64_t> ripenIn(store::Transaction& transaction) {
  const std::string sql =
      "SELECT " + std::string(kColumns) + " FROM entry WHERE becomes <> '' AND becomes_at <= $1 ORDER BY ref LIMIT 200";
  store::Params params{transaction.now()};
  const store::Rows rows = co_await transaction.query(sql, std::move(params));
  for (const store::Row& row : rows) {
    Entry entry = read(row);
    const bool buyer_acted_late = entry.state == "requires_action";
    mature(entry, transaction.now());
    co_await save(transaction, entry);
    if (buyer_acted_late && entry.state == "authorized") {
      co_await queueWebhook(transaction, "evt_late_" + entry.ref, entry.ref, "payment.authorized");
    }
  }
  co_return static_cast<std::int64_t>(rows.size());
}

}  // namespace

std::span<const store::Migration> ledgerMigrations() { return kMigrations; }

task<Entry> Ledger::open(Entry entry) {
  auto body = [entry](store::Transaction& transaction) { return insert(transaction, entry); };
  Entry stands = co_await store_->transact(rpc::Context(), std::move(body));
  co_return stands;
}

task<std::optional<Entry>> Ledger::find(std::string ref) {
  auto body = [ref](store::Transaction& transaction) -> task<std::optional<Entry>> {
    std::optional<Entry> entry = co_await load(transaction, ref);
    if (entry && mature(*entry, transaction.now())) co_await save(transaction, *entry);
    co_return entry;
  };
  std::optional<Entry> entry = co_await store_->transact(rpc::Context(), std::move(body));
  if (entry && entry->state == "unknown") co_return std::nullopt;
  co_return entry;
}

task<std::optional<Entry>> Ledger::cancel(std::string ref) {
  auto body = [ref](store::Transaction& transaction) { return cancelIn(transaction, ref); };
  std::optional<Entry> entry = co_await store_->transact(rpc::Context(), std::move(body));
  co_return entry;
}

task<void> Ledger::decide(std::string action, bool approve, std::string webhook_id) {
  auto body = [=](store::Transaction& transaction) { return decideIn(transaction, action, approve, webhook_id); };
  co_await store_->transact(rpc::Context(), std::move(body));
}

task<void> Ledger::capture(std::string ref, std::string operation, std::int64_t amount) {
  auto body = [=](store::Transaction& transaction) { return moveIn(transaction, ref, "capture", operation, amount); };
  co_await store_->transact(rpc::Context(), std::move(body));
}

task<void> Ledger::refund(std::string ref, std::string operation, std::int64_t amount) {
  auto body = [=](store::Transaction& transaction) { return moveIn(transaction, ref, "refund", operation, amount); };
  co_await store_->transact(rpc::Context(), std::move(body));
}

task<std::vector<Entry>> Ledger::list(Time since, std::string after_ref, std::int64_t limit) {
  const std::string sql =
      "SELECT " + std::string(kColumns) +
      " FROM entry WHERE changed_at >= $1 AND ref > $2 AND state <> 'unknown' ORDER BY ref LIMIT $3";
  store::Params params{since, after_ref, limit};
  const store::Rows rows = co_await store_->query(sql, std::move(params));
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const store::Row& row : rows) entries.push_back(read(row));
  co_return entries;
}

task<std::vector<store::Audit>> Ledger::audit(Time now) {
  auto body = [now](store::Statements& in) { return store::auditRules(in, kRules, now); };
  std::vector<store::Audit> audits = co_await store_->snapshot(std::move(body));
  co_return audits;
}

task<std::int64_t> Ledger::ripen() {
  const store::Rows due =
      co_await store_->query("SELECT ref FROM entry WHERE becomes <> '' ORDER BY becomes_at LIMIT 1", store::Params{});
  if (due.empty()) co_return 0;
  auto body = [](store::Transaction& transaction) { return ripenIn(transaction); };
  const std::int64_t count = co_await store_->transact(rpc::Context(), std::move(body));
  co_return count;
}

task<std::vector<PendingWebhook>> Ledger::pendingWebhooks() {
  const store::Rows rows =
      co_await store_->query("SELECT id, ref, type FROM webhook ORDER BY created_at, id LIMIT 100", store::Params{});
  std::vector<PendingWebhook> webhooks;
  for (const store::Row& row : rows) webhooks.push_back({row.text(0), row.text(1), row.text(2)});
  co_return webhooks;
}

task<void> Ledger::sent(std::string webhook_id) {
  auto body = [webhook_id](store::Transaction& transaction) -> task<void> {
    store::Params params{webhook_id};
    co_await transaction.execute("DELETE FROM webhook WHERE id = $1", std::move(params));
  };
  co_await store_->transact(rpc::Context(), std::move(body));
}

}  // namespace kontor::payment::sandbox
