#include "chassis/bus/embedded/letters.hpp"

#include "chassis/store/event_rows.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::bus::embedded {
namespace {

using store::Params;
using store::params;
using store::Row;
using store::Rows;
using store::Transaction;

constexpr std::string_view kAdd =
    "INSERT INTO dead_letter (group_name, reason, attempts, set_aside_at, id, source, topic, type, subject, schema, "
    "data, time, sequence, traceparent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
    "ON CONFLICT (group_name, id) DO UPDATE SET reason = excluded.reason, attempts = excluded.attempts, "
    "set_aside_at = excluded.set_aside_at";
constexpr std::string_view kFailAgain =
    "UPDATE dead_letter SET reason = $3, attempts = attempts + 1, set_aside_at = $4, retrying = FALSE "
    "WHERE group_name = $1 AND id = $2";
constexpr std::string_view kRemove = "DELETE FROM dead_letter WHERE group_name = $1 AND id = $2";
constexpr std::string_view kMark = "UPDATE dead_letter SET retrying = TRUE WHERE group_name = $1 AND id = $2";

std::string selectWhere(std::string_view condition) {
  return "SELECT group_name, reason, attempts, set_aside_at, retrying, " + std::string(store::kEventColumns) +
         " FROM dead_letter WHERE " + std::string(condition);
}

DeadLetter letterOf(const Row& row) {
  DeadLetter letter;
  letter.group = row.text(0);
  letter.reason = row.text(1);
  letter.attempts = static_cast<int>(row.int64(2));
  letter.set_aside_at = row.time(3);
  letter.retrying = row.boolean(4);
  letter.event = store::eventOf(row, 5);
  return letter;
}

std::vector<DeadLetter> lettersIn(const Rows& rows) {
  std::vector<DeadLetter> letters;
  for (const Row& row : rows) letters.push_back(letterOf(row));
  return letters;
}

}  // namespace

task<void> Letters::add(DeadLetter letter, std::optional<Position> done) {
  auto body = [&](Transaction& tx) -> task<void> {
    Params row = params(letter.group, letter.reason, letter.attempts, tx.now());
    store::appendEvent(row, letter.event);
    co_await tx.execute(kAdd, std::move(row));
    if (done) co_await EventLog::save(tx, *done);
  };
  co_await store_.transact(rpc::Context(), body);
}

task<void> Letters::failAgain(std::string group, std::string id, std::string reason) {
  auto body = [&](Transaction& tx) -> task<void> {
    co_await tx.execute(kFailAgain, params(group, id, reason, tx.now()));
  };
  co_await store_.transact(rpc::Context(), body);
}

task<bool> Letters::remove(std::string group, std::string id) {
  auto body = [&](Transaction& tx) -> task<bool> {
    const std::int64_t removed = co_await tx.execute(kRemove, params(group, id));
    co_return removed > 0;
  };
  co_return co_await store_.transact(rpc::Context(), body);
}

task<std::optional<DeadLetter>> Letters::retry(std::string group, std::string id) {
  auto body = [&](Transaction& tx) -> task<std::optional<DeadLetter>> {
    co_await tx.execute(kMark, params(group, id));
    const Rows rows = co_await tx.query(selectWhere("group_name = $1 AND id = $2"), params(group, id));
    if (rows.empty()) co_return std::nullopt;
    co_return letterOf(rows.front());
  };
  co_return co_await store_.transact(rpc::Context(), body);
}

task<std::vector<DeadLetter>> Letters::marked(std::string group, std::string topic) {
  const Rows rows = co_await store_.query(selectWhere("group_name = $1 AND topic = $2 AND retrying ORDER BY id"),
                                          params(group, topic));
  co_return lettersIn(rows);
}

task<std::optional<DeadLetter>> Letters::find(std::string group, std::string id) {
  const Rows rows = co_await store_.query(selectWhere("group_name = $1 AND id = $2"), params(group, id));
  if (rows.empty()) co_return std::nullopt;
  co_return letterOf(rows.front());
}

task<std::vector<DeadLetter>> Letters::list(std::string group, std::string after_group, std::string after_id,
                                            std::int64_t most) {
  const Rows rows = co_await store_.query(
      selectWhere("($1 = '' OR group_name = $1) AND (group_name, id) > ($2, $3) ORDER BY group_name, id LIMIT $4"),
      params(group, after_group, after_id, most));
  co_return lettersIn(rows);
}

}  // namespace kontor::bus::embedded
