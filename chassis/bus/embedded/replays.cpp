#include "chassis/bus/embedded/replays.hpp"

#include "chassis/store/sql.hpp"

namespace kontor::bus::embedded {
namespace {

using store::Params;
using store::params;
using store::Row;
using store::Rows;
using store::Transaction;

constexpr std::int64_t kFinishedKept = 100;

constexpr std::string_view kAdd =
    "INSERT INTO replay (id, group_name, again, topic, type, subject, from_time, to_time, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kAddLane =
    "INSERT INTO replay_lane (replay_id, group_name, topic, partition_no, entry, last, delivered, done) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kSave =
    "UPDATE replay_lane SET entry = $5, delivered = $6, done = $7 "
    "WHERE replay_id = $1 AND group_name = $2 AND topic = $3 AND partition_no = $4";
constexpr std::string_view kForget =
    "DELETE FROM replay WHERE created_at < (SELECT created_at FROM replay ORDER BY created_at DESC LIMIT 1 OFFSET $1) "
    "AND NOT EXISTS (SELECT 1 FROM replay_lane AS l WHERE l.replay_id = replay.id AND NOT l.done)";
constexpr std::string_view kForgetLanes =
    "DELETE FROM replay_lane WHERE NOT EXISTS (SELECT 1 FROM replay AS r WHERE r.id = replay_lane.replay_id)";
constexpr std::string_view kFind =
    "SELECT id, again, topic, type, subject, from_time, to_time, group_name, created_at FROM replay WHERE id = $1";
constexpr std::string_view kFindLanes =
    "SELECT group_name, CAST(SUM(delivered) AS BIGINT), SUM(CASE WHEN done THEN 0 ELSE 1 END) FROM replay_lane "
    "WHERE replay_id = $1 GROUP BY group_name ORDER BY group_name";
constexpr std::string_view kUnfinished =
    "SELECT r.id, r.again, r.topic, r.type, r.subject, r.from_time, r.to_time, l.partition_no, l.entry, l.last, "
    "l.delivered FROM replay_lane AS l JOIN replay AS r ON r.id = l.replay_id "
    "WHERE l.group_name = $1 AND l.topic = $2 AND NOT l.done ORDER BY r.created_at, r.id";

// From the columns `again` to `to_time`.
ReplayMode modeOf(const Row& row) { return row.boolean(1) ? ReplayMode::kAgain : ReplayMode::kRedeliver; }
EventFilter filterOf(const Row& row) {
  return {row.text(2), row.text(3), row.text(4), row.optionalTime(5), row.optionalTime(6)};
}

}  // namespace

task<bool> Replays::begin(ReplayRequest request, std::vector<ReplayLane> lanes) {
  auto body = [&](Transaction& tx) -> task<bool> {
    const EventFilter& filter = request.filter;
    Params row = params(request.id, request.group, request.mode == ReplayMode::kAgain, filter.topic, filter.type,
                        filter.subject, filter.from, filter.to, tx.now());
    const std::int64_t added = co_await tx.execute(kAdd, std::move(row));
    if (added == 0) co_return false;
    for (const ReplayLane& lane : lanes) {
      co_await tx.execute(kAddLane, params(lane.replay, lane.group, lane.topic, lane.partition, lane.entry, lane.last,
                                           lane.delivered, lane.done));
    }
    co_await tx.execute(kForget, params(kFinishedKept));
    co_await tx.execute(kForgetLanes, Params());
    co_return true;
  };
  co_return co_await store_.transact(rpc::Context(), body);
}

task<void> Replays::save(std::vector<ReplayLane> lanes) {
  auto body = [&lanes](Transaction& tx) -> task<void> {
    for (const ReplayLane& lane : lanes) {
      co_await tx.execute(
          kSave, params(lane.replay, lane.group, lane.topic, lane.partition, lane.entry, lane.delivered, lane.done));
    }
  };
  co_await store_.transact(rpc::Context(), body);
}

task<std::optional<Replay>> Replays::find(std::string id) {
  const Rows rows = co_await store_.query(kFind, params(id));
  if (rows.empty()) co_return std::nullopt;
  const Row& row = rows.front();
  Replay replay;
  replay.request.id = std::move(id);
  replay.request.mode = modeOf(row);
  replay.request.filter = filterOf(row);
  replay.request.group = row.text(7);
  replay.created_at = row.time(8);
  const Rows lanes = co_await store_.query(kFindLanes, params(replay.request.id));
  for (const Row& lane : lanes) {
    replay.groups.push_back(lane.text(0));
    replay.delivered += lane.int64(1);
    replay.running = replay.running || lane.int64(2) > 0;
  }
  co_return replay;
}

task<std::vector<ReplayRun>> Replays::unfinished(std::string group, std::string topic) {
  const Rows rows = co_await store_.query(kUnfinished, params(group, topic));
  std::vector<ReplayRun> runs;
  for (const Row& row : rows) {
    ReplayRun run;
    run.lane = {row.text(0),  group,        topic,         static_cast<int>(row.int64(7)),
                row.int64(8), row.int64(9), row.int64(10), false};
    run.mode = modeOf(row);
    run.filter = filterOf(row);
    runs.push_back(std::move(run));
  }
  co_return runs;
}

}  // namespace kontor::bus::embedded
