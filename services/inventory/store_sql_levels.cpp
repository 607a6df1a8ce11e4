#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/sql.hpp"
#include "services/inventory/sql_list.hpp"
#include "services/inventory/store_sql.hpp"

namespace kontor::inventory {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kColumns =
    "sku, location, tracked, backorder, on_hand, held, committed, safety, version, updated_at";
constexpr std::string_view kFind =
    "SELECT sku, location, tracked, backorder, on_hand, held, committed, safety, version, updated_at "
    "FROM level WHERE sku = $1 AND location = $2";
// The upper bound is the prefix with the last character there is, so that the index finds both ends.
constexpr std::string_view kList =
    "SELECT sku, location, tracked, backorder, on_hand, held, committed, safety, version, updated_at FROM level "
    "WHERE sku >= $1 AND sku < $2 AND (sku, location) > ($3, $4) ORDER BY sku, location LIMIT $5";
constexpr std::string_view kAdd =
    "INSERT INTO level (sku, location, tracked, backorder, on_hand, held, committed, safety, version, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, 0, 0, $6, 1, $7) ON CONFLICT (sku, location) DO NOTHING";
constexpr std::string_view kUpdate =
    "UPDATE level SET tracked = $4, backorder = $5, on_hand = $6, safety = $7, version = version + 1, updated_at = $8 "
    "WHERE sku = $1 AND location = $2 AND version = $3";
// Changed rows are read by a statement of its own: SQLite's RETURNING costs more than that.
constexpr std::string_view kHold =
    "UPDATE level SET held = held + $3, version = version + 1, updated_at = $4 "
    "WHERE sku = $1 AND location = $2 AND tracked AND (backorder OR on_hand - held - committed - safety >= $3)";
constexpr std::string_view kApply =
    "UPDATE level SET on_hand = on_hand + $3, held = held + $4, committed = committed + $5, version = version + 1, "
    "updated_at = $6 WHERE sku = $1 AND location = $2";
constexpr std::string_view kRecord =
    "INSERT INTO movement (sku, location, sequence, id, kind, on_hand_change, held_change, committed_change, "
    "backorder, safety, ref, reason, actor, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
constexpr std::string_view kMovements =
    "SELECT id, sku, location, sequence, kind, on_hand_change, held_change, committed_change, ref, reason, actor, "
    "created_at FROM movement WHERE sku = $1 AND (location > $2 OR (location = $2 AND sequence < $3)) "
    "ORDER BY location, sequence DESC LIMIT $4";
constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";

Level levelOf(const Row& row) {
  Level level;
  level.sku = row.text(0);
  level.location = row.text(1);
  level.tracked = row.boolean(2);
  level.backorder = row.boolean(3);
  level.on_hand = row.int64(4);
  level.held = row.int64(5);
  level.committed = row.int64(6);
  level.safety = row.int64(7);
  level.version = row.int64(8);
  level.updated_at = row.time(9);
  return level;
}

std::vector<Level> levelsIn(const Rows& rows) {
  std::vector<Level> levels;
  levels.reserve(rows.size());
  for (const Row& row : rows) levels.push_back(levelOf(row));
  return levels;
}

Movement movementOf(const Row& row) {
  Movement movement;
  movement.id = row.text(0);
  movement.sku = row.text(1);
  movement.location = row.text(2);
  movement.sequence = row.int64(3);
  movement.kind = row.text(4);
  movement.change = {row.int64(5), row.int64(6), row.int64(7)};
  movement.ref = row.text(8);
  movement.reason = row.text(9);
  movement.actor = row.text(10);
  movement.created_at = row.time(11);
  return movement;
}

}  // namespace

task<std::optional<Level>> StoreSql::findLevel(store::Statements& in, std::string sku, std::string location) {
  const Rows rows = co_await in.query(kFind, params(std::move(sku), std::move(location)));
  if (rows.empty()) co_return std::nullopt;
  co_return levelOf(rows.front());
}

task<std::vector<Level>> StoreSql::levelsOf(store::Statements& in, std::vector<std::string> skus) {
  SqlList list(skus);
  const std::string sql =
      "SELECT " + std::string(kColumns) + " FROM level WHERE sku IN " + list.placeholders() + " ORDER BY sku, location";
  const Rows rows = co_await in.query(sql, list.takeParams());
  co_return levelsIn(rows);
}

task<std::vector<Level>> StoreSql::listLevels(store::Statements& in, std::string prefix, std::string sku,
                                              std::string location, std::int64_t limit) {
  std::string end = prefix + std::string(kLastCharacter);
  store::Params values = params(std::move(prefix), std::move(end), std::move(sku), std::move(location), limit);
  const Rows rows = co_await in.query(kList, std::move(values));
  co_return levelsIn(rows);
}

task<bool> StoreSql::addLevel(store::Transaction& in, const Level& level, const Cause& cause) {
  store::Params values =
      params(level.sku, level.location, level.tracked, level.backorder, level.on_hand, level.safety, in.now());
  const std::int64_t added = co_await in.execute(kAdd, std::move(values));
  if (added == 0) co_return false;
  Level after = level;
  after.version = 1;
  co_await record(in, after, Change{level.on_hand, 0, 0}, cause);
  co_return true;
}

task<Level> StoreSql::updateLevel(store::Transaction& in, const Level& read, const Level& wanted, const Cause& cause) {
  store::Params values = params(read.sku, read.location, read.version, wanted.tracked, wanted.backorder, wanted.on_hand,
                                wanted.safety, in.now());
  const std::int64_t updated = co_await in.execute(kUpdate, std::move(values));
  if (updated == 0)
    throw Error(Code::kAborted, "CONFLICT", "the stock of \"" + read.sku + "\" was changed meanwhile; try again");
  Level after = wanted;
  after.version = read.version + 1;
  after.updated_at = in.now();
  co_await record(in, after, Change{wanted.on_hand - read.on_hand, 0, 0}, cause);
  co_return after;
}

task<std::optional<Level>> StoreSql::hold(store::Transaction& in, std::string sku, std::string location,
                                          std::int64_t quantity, const Cause& cause) {
  const std::int64_t held = co_await in.execute(kHold, params(sku, location, quantity, in.now()));
  if (held == 0) co_return std::nullopt;
  std::optional<Level> after = co_await findLevel(in, std::move(sku), std::move(location));
  KONTOR_ASSERT(after, "a level that was just changed is there");
  co_await record(in, *after, Change{0, quantity, 0}, cause);
  co_return after;
}

task<Level> StoreSql::apply(store::Transaction& in, std::string sku, std::string location, Change change,
                            const Cause& cause) {
  store::Params values = params(sku, location, change.on_hand, change.held, change.committed, in.now());
  co_await in.execute(kApply, std::move(values));
  std::optional<Level> after = co_await findLevel(in, std::move(sku), std::move(location));
  KONTOR_ASSERT(after, "a reserved sku has a level");
  co_await record(in, *after, change, cause);
  co_return std::move(*after);
}

task<void> StoreSql::record(store::Transaction& in, const Level& after, Change change, const Cause& cause) {
  store::Params values = params(after.sku, after.location, after.version, environment_.newId("mov_"),
                                kindName(cause.kind), change.on_hand, change.held, change.committed, after.backorder,
                                after.safety, cause.ref, cause.reason, cause.actor, in.now());
  co_await in.execute(kRecord, std::move(values));
}

task<std::vector<Movement>> StoreSql::listMovements(store::Statements& in, std::string sku,
                                                    std::optional<MovementPlace> after, std::int64_t limit) {
  std::string location;
  std::int64_t sequence = 0;
  if (after) {
    location = std::move(after->location);
    sequence = after->sequence;
  }
  const Rows rows = co_await in.query(kMovements, params(std::move(sku), std::move(location), sequence, limit));
  std::vector<Movement> movements;
  movements.reserve(rows.size());
  for (const Row& row : rows) movements.push_back(movementOf(row));
  co_return movements;
}

}  // namespace kontor::inventory
