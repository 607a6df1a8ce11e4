#include "chassis/json/wellknown.hpp"
#include "chassis/store/sql.hpp"
#include "services/payment/store.hpp"

namespace kontor::payment::records {
namespace {

constexpr std::string_view kColumns =
    "ref, id, provider, currency, amount, state, authorized, captured, refunded, action_url, failure, version, "
    "created_at, updated_at";

void setMoney(v1::Payment& payment, const store::Row& row) {
  const std::string& currency = row.text(3);
  const auto set = [&](auto* money, std::size_t column) {
    money->set_amount(row.int64(column));
    money->set_currency(currency);
  };
  set(payment.mutable_amount(), 4);
  set(payment.mutable_authorized(), 6);
  set(payment.mutable_captured(), 7);
  set(payment.mutable_refunded(), 8);
}

Payment read(const store::Row& row) {
  Payment payment;
  payment.set_ref(row.text(0));
  payment.set_id(row.text(1));
  payment.set_provider(row.text(2));
  payment.set_state(static_cast<Payment::State>(row.int64(5)));
  setMoney(payment, row);
  if (!row.text(9).empty()) {
    payment.mutable_next_action()->set_type("redirect");
    payment.mutable_next_action()->set_url(row.text(9));
  }
  payment.set_failure(row.text(10));
  payment.set_version(row.int64(11));
  *payment.mutable_created_at() = toTimestamp(row.time(12));
  *payment.mutable_updated_at() = toTimestamp(row.time(13));
  return payment;
}

}  // namespace

task<std::optional<Payment>> find(store::Statements& store, std::string ref) {
  const std::string sql = "SELECT " + std::string(kColumns) + " FROM payment WHERE ref = $1";
  store::Params params{ref};
  const store::Rows rows = co_await store.query(sql, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  co_return read(rows.front());
}

task<bool> insert(store::Transaction& transaction, Payment payment) {
  const Time now = transaction.now();
  const std::string sql = "INSERT INTO payment (" + std::string(kColumns) +
                          ") VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, '', $7, 1, $8, $8) ON CONFLICT (ref) DO NOTHING";
  store::Params params{payment.ref(),
                       payment.id(),
                       payment.provider(),
                       payment.amount().currency(),
                       payment.amount().amount(),
                       std::int64_t{payment.state()},
                       payment.failure(),
                       now};
  const std::int64_t rows = co_await transaction.execute(sql, std::move(params));
  co_return rows == 1;
}

task<bool> update(store::Transaction& transaction, Payment after, HistoryRow row) {
  const Time now = transaction.now();
  store::Params params{after.ref(),
                       after.version() - 1,
                       std::int64_t{after.state()},
                       after.authorized().amount(),
                       after.captured().amount(),
                       after.refunded().amount(),
                       after.next_action().url(),
                       after.failure(),
                       after.version(),
                       now};
  const std::int64_t rows = co_await transaction.execute(
      "UPDATE payment SET state = $3, authorized = $4, captured = $5, refunded = $6, action_url = $7, failure = $8, "
      "version = $9, updated_at = $10 WHERE ref = $1 AND version = $2",
      std::move(params));
  if (rows == 0) co_return false;
  store::Params history{row.id, after.ref(), row.type, row.amount, row.operation, row.provider_ref, now};
  co_await transaction.execute(
      "INSERT INTO payment_event (id, ref, type, amount, operation, provider_ref, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      std::move(history));
  co_return true;
}

task<bool> happened(store::Statements& store, std::string ref, std::string_view type, std::string operation) {
  store::Params params{ref, type, operation};
  const store::Rows rows = co_await store.query(
      "SELECT id FROM payment_event WHERE ref = $1 AND type = $2 AND operation = $3", std::move(params));
  co_return !rows.empty();
}

task<bool> receive(store::Transaction& transaction, std::string provider, std::string event_id) {
  store::Params params{provider, event_id, transaction.now()};
  const std::int64_t rows = co_await transaction.execute(
      "INSERT INTO webhook_receipt (provider, event_id, received_at) VALUES ($1, $2, $3) "
      "ON CONFLICT (provider, event_id) DO NOTHING",
      std::move(params));
  co_return rows == 1;
}

task<std::vector<Payment>> changed(store::Statements& store, Time since, Time until, std::string after_ref,
                                   std::int64_t limit) {
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM payment WHERE updated_at >= $1 AND updated_at < $2 AND ref > $3 ORDER BY ref LIMIT $4";
  store::Params params{since, until, after_ref, limit};
  const store::Rows rows = co_await store.query(sql, std::move(params));
  std::vector<Payment> payments;
  payments.reserve(rows.size());
  for (const store::Row& row : rows) payments.push_back(read(row));
  co_return payments;
}

task<std::vector<PaymentWithSums>> withSums(store::Statements& store, std::string after_ref, std::int64_t limit) {
  const std::string sql = "SELECT " + std::string(kColumns) +
                          ", (SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) FROM payment_event e WHERE e.ref = "
                          "payment.ref AND type IN ('authorized', 'voided')), "
                          "(SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) FROM payment_event e WHERE e.ref = "
                          "payment.ref AND type = 'captured'), "
                          "(SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) FROM payment_event e WHERE e.ref = "
                          "payment.ref AND type = 'refunded') FROM payment WHERE ref > $1 ORDER BY ref LIMIT $2";
  store::Params params{after_ref, limit};
  const store::Rows rows = co_await store.query(sql, std::move(params));
  std::vector<PaymentWithSums> payments;
  payments.reserve(rows.size());
  for (const store::Row& row : rows) payments.push_back({read(row), {row.int64(14), row.int64(15), row.int64(16)}});
  co_return payments;
}

}  // namespace kontor::payment::records
