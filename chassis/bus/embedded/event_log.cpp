#include "chassis/bus/embedded/event_log.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/store/event_rows.hpp"

namespace kontor::bus::embedded {
namespace {

using store::Params;
using store::params;
using store::Rows;
using store::Transaction;

constexpr std::string_view kAppend =
    "INSERT INTO event_log (partition_no, id, source, topic, type, subject, schema, data, time, sequence, traceparent) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kJoin =
    "INSERT INTO group_position (topic, partition_no, group_name, entry) VALUES ($1, $2, $3, 0) "
    "ON CONFLICT (topic, partition_no, group_name) DO NOTHING";
constexpr std::string_view kPositions =
    "SELECT partition_no, entry FROM group_position WHERE topic = $1 AND group_name = $2";
constexpr std::string_view kRead =
    "SELECT entry, id, source, topic, type, subject, schema, data, time, sequence, traceparent FROM event_log "
    "WHERE topic = $1 AND partition_no = $2 AND entry > $3 ORDER BY entry LIMIT $4";
constexpr std::string_view kSave =
    "UPDATE group_position SET entry = $4 WHERE topic = $1 AND partition_no = $2 AND group_name = $3";
// An entry is looked at once in a round through the log, so that one which a group has not seen holds up no others.
constexpr std::string_view kWindow =
    "SELECT COALESCE(MAX(entry), 0), COUNT(*), COALESCE(SUM(CASE WHEN entry <= (SELECT MAX(entry) FROM event_log) - $3 "
    "OR time < $4 THEN 1 ELSE 0 END), 0) FROM (SELECT entry, time FROM event_log WHERE entry > $1 ORDER BY entry "
    "LIMIT $2) AS seen";
constexpr std::string_view kSweep =
    "DELETE FROM event_log WHERE entry IN (SELECT e.entry FROM (SELECT entry, topic, partition_no, time FROM event_log "
    "WHERE entry > $1 ORDER BY entry LIMIT $2) AS e "
    "WHERE (e.entry <= (SELECT MAX(entry) FROM event_log) - $3 OR e.time < $4) "
    "AND NOT EXISTS (SELECT 1 FROM group_position AS p "
    "WHERE p.topic = e.topic AND p.partition_no = e.partition_no AND p.entry < e.entry) "
    "AND NOT EXISTS (SELECT 1 FROM replay_lane AS r WHERE r.topic = e.topic AND r.partition_no = e.partition_no "
    "AND NOT r.done AND r.entry < e.entry AND e.entry <= r.last))";

Params place(const Position& position) {
  return params(position.topic, position.partition, position.group, position.entry);
}

}  // namespace

task<void> EventLog::append(std::vector<store::StoredEvent> events) {
  co_await store_.transact(rpc::Context(), [&events](Transaction& tx) -> task<void> {
    for (const store::StoredEvent& stored : events) {
      KONTOR_ASSERT(!stored.id.empty() && !stored.event.topic.empty(), "a published event has an id and a topic");
      Params row = params(partitionOf(stored.event.subject));
      store::appendEvent(row, stored);
      co_await tx.execute(kAppend, std::move(row));
    }
  });
}

task<Positions> EventLog::join(std::string group, std::string topic) {
  co_return co_await store_.transact(rpc::Context(), [&](Transaction& tx) -> task<Positions> {
    for (int partition = 0; partition < kPartitions; ++partition)
      co_await tx.execute(kJoin, params(topic, partition, group));
    Positions positions{};
    const Rows rows = co_await tx.query(kPositions, params(topic, group));
    for (const store::Row& row : rows) positions.at(static_cast<std::size_t>(row.int64(0))) = row.int64(1);
    co_return positions;
  });
}

task<std::vector<Entry>> EventLog::read(std::string topic, int partition, std::int64_t after, std::size_t limit) {
  Params range = params(std::move(topic), partition, after, static_cast<std::int64_t>(limit));
  const Rows rows = co_await store_.query(kRead, std::move(range));
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const store::Row& row : rows) entries.push_back({row.int64(0), store::eventOf(row, 1)});
  co_return entries;
}

task<void> EventLog::save(std::vector<Position> positions) {
  co_await store_.transact(rpc::Context(), [&positions](Transaction& tx) -> task<void> {
    for (const Position& position : positions) co_await tx.execute(kSave, place(position));
  });
}

task<void> EventLog::save(Transaction& in, Position position) { co_await in.execute(kSave, place(position)); }

task<std::int64_t> EventLog::sweep(Retention retention, std::int64_t after, std::int64_t limit) {
  auto body = [&](Transaction& tx) -> task<std::int64_t> {
    const Rows seen = co_await tx.query(kWindow, params(after, limit, retention.keep, retention.keep_from));
    if (seen.at(0).int64(2) == 0) co_return 0;
    co_await tx.execute(kSweep, params(after, limit, retention.keep, retention.keep_from));
    co_return seen.at(0).int64(1) < limit ? 0 : seen.at(0).int64(0);
  };
  co_return co_await store_.transact(rpc::Context(), body);
}

}  // namespace kontor::bus::embedded
