#include <array>

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/inventory/store_sql.hpp"

namespace kontor::inventory {
namespace {

using namespace std::chrono_literals;
using store::number;
using store::Row;
using store::Rule;

// A level's numbers beside the sums of its movements. Both tables are in the order of sku and location.
constexpr std::string_view kLedger =
    "SELECT l.sku, l.location, l.on_hand, l.held, l.committed, l.version, "
    "CAST(COALESCE(SUM(m.on_hand_change), 0) AS BIGINT), CAST(COALESCE(SUM(m.held_change), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(m.committed_change), 0) AS BIGINT), COUNT(m.sequence), COALESCE(MAX(m.sequence), 0) "
    "FROM level l LEFT JOIN movement m ON m.sku = l.sku AND m.location = l.location "
    "GROUP BY l.sku, l.location, l.on_hand, l.held, l.committed, l.version "
    "HAVING l.on_hand <> COALESCE(SUM(m.on_hand_change), 0) OR l.held <> COALESCE(SUM(m.held_change), 0) "
    "OR l.committed <> COALESCE(SUM(m.committed_change), 0) OR l.version <> COUNT(m.sequence) "
    "OR l.version <> COALESCE(MAX(m.sequence), 0) ORDER BY l.sku, l.location LIMIT 20";
constexpr std::string_view kNoLevel =
    "SELECT m.sku, m.location, COUNT(*) FROM movement m WHERE NOT EXISTS "
    "(SELECT 1 FROM level l WHERE l.sku = m.sku AND l.location = m.location) "
    "GROUP BY m.sku, m.location ORDER BY m.sku, m.location LIMIT 20";
// Both sides in one sum, so that a row missing on either side shows as well; only of what is promised now.
constexpr std::string_view kHeld =
    "SELECT sku, location, CAST(SUM(level_part) AS BIGINT), CAST(SUM(lines_part) AS BIGINT) FROM ("
    "SELECT sku, location, held AS level_part, 0 AS lines_part FROM level WHERE held <> 0 UNION ALL "
    "SELECT line.sku, line.location, 0, line.quantity FROM reservation "
    "JOIN reservation_line AS line ON line.ref = reservation.ref WHERE reservation.state = 'held' AND line.tracked"
    ") AS facts GROUP BY sku, location HAVING SUM(level_part) <> SUM(lines_part) ORDER BY sku, location LIMIT 20";
constexpr std::string_view kCommitted =
    "SELECT sku, location, CAST(SUM(level_part) AS BIGINT), CAST(SUM(lines_part) AS BIGINT) FROM ("
    "SELECT sku, location, committed AS level_part, 0 AS lines_part FROM level WHERE committed <> 0 UNION ALL "
    "SELECT line.sku, line.location, 0, line.quantity FROM reservation "
    "JOIN reservation_line AS line ON line.ref = reservation.ref WHERE reservation.state = 'committed' AND line.tracked"
    ") AS facts GROUP BY sku, location HAVING SUM(level_part) <> SUM(lines_part) ORDER BY sku, location LIMIT 20";
// Replays the ledger: what was free just before each hold, by all movements before it and the safety then in force.
constexpr std::string_view kGrants =
    "SELECT sku, location, sequence, ref, held_change, available FROM ("
    "SELECT sku, location, sequence, kind, ref, held_change, backorder, "
    "CAST(SUM(on_hand_change - held_change - committed_change) OVER (PARTITION BY sku, location ORDER BY sequence) "
    "AS BIGINT) + held_change - safety AS available FROM movement) AS ledger "
    "WHERE kind = 'hold' AND NOT backorder AND available < held_change ORDER BY sku, location, sequence LIMIT 20";
constexpr std::string_view kNoLines =
    "SELECT r.ref, r.state FROM reservation r WHERE r.state <> 'released' AND NOT EXISTS "
    "(SELECT 1 FROM reservation_line l WHERE l.ref = r.ref) ORDER BY r.ref LIMIT 20";
constexpr std::string_view kStrayLines =
    "SELECT l.ref, l.sku, l.quantity FROM reservation_line l WHERE NOT EXISTS "
    "(SELECT 1 FROM reservation r WHERE r.ref = l.ref) ORDER BY l.ref, l.sku LIMIT 20";
constexpr std::string_view kEndedHolds =
    "SELECT ref, expires_at FROM reservation WHERE state = 'held' AND expires_at < $1 ORDER BY expires_at LIMIT 20";

constexpr std::string_view kCountLevels = "SELECT COUNT(*) FROM level";
constexpr std::string_view kCountMovements = "SELECT COUNT(*) FROM movement";
constexpr std::string_view kCountHeld = "SELECT COUNT(*) FROM reservation WHERE state = 'held'";
constexpr std::string_view kCountCommitted = "SELECT COUNT(*) FROM reservation WHERE state = 'committed'";
constexpr std::string_view kCountGrants = "SELECT COUNT(*) FROM movement WHERE kind = 'hold'";
constexpr std::string_view kCountReservations = "SELECT COUNT(*) FROM reservation";
constexpr std::string_view kCountLines = "SELECT COUNT(*) FROM reservation_line";

std::string place(const Row& row) { return row.text(0) + " at " + row.text(1) + ": "; }

std::string ledgerLine(const Row& row) {
  return place(row) + "on hand " + number(row, 2) + ", held " + number(row, 3) + ", committed " + number(row, 4) +
         ", version " + number(row, 5) + "; by the ledger " + number(row, 6) + ", " + number(row, 7) + ", " +
         number(row, 8) + ", " + number(row, 9) + " (the last movement is " + number(row, 10) + ")";
}
std::string noLevelLine(const Row& row) { return place(row) + number(row, 2) + " movements of no level"; }
std::string heldLine(const Row& row) {
  return place(row) + number(row, 2) + " are held, reservations hold " + number(row, 3);
}
std::string committedLine(const Row& row) {
  return place(row) + number(row, 2) + " are committed, reservations are committed to " + number(row, 3);
}
std::string grantLine(const Row& row) {
  return place(row) + row.text(3) + " was granted " + number(row, 4) + " when " + number(row, 5) +
         " were available (movement " + number(row, 2) + ")";
}
std::string noLinesLine(const Row& row) { return "reservation " + row.text(0) + " is " + row.text(1) + " of nothing"; }
std::string strayLine(const Row& row) {
  return "line of " + number(row, 2) + " " + row.text(1) + ": there is no reservation " + row.text(0);
}
std::string endedLine(const Row& row) {
  return "reservation " + row.text(0) + " is held, though it ended at " + formatRfc3339(row.time(1));
}

constexpr std::array<Rule, 7> kRules{
    {{"inventory: stock levels equal the sums of their ledger", kCountLevels, kLedger, ledgerLine},
     {"inventory: every movement is of a level", kCountMovements, kNoLevel, noLevelLine},
     {"inventory: held stock equals what held reservations claim", kCountHeld, kHeld, heldLine},
     {"inventory: committed stock equals what committed reservations claim", kCountCommitted, kCommitted,
      committedLine},
     {"inventory: no grant beyond what was available, by the ledger", kCountGrants, kGrants, grantLine},
     {"inventory: every reservation has lines", kCountReservations, kNoLines, noLinesLine},
     {"inventory: every line has its reservation", kCountLines, kStrayLines, strayLine}}};
// What the net's rounds may be late by: a sweep that just missed it, a busy machine.
constexpr Duration kSweepLate = 5min;

}  // namespace

task<std::vector<store::Audit>> StoreSql::audit(store::Statements& in, Time now, Duration hold_grace) {
  std::vector<store::Audit> audits = co_await store::auditRules(in, kRules, now);
  const std::array<Rule, 1> late{
      {{"inventory: every hold ends", kCountHeld, kEndedHolds, endedLine, Duration(hold_grace + kSweepLate)}}};
  std::vector<store::Audit> ended = co_await store::auditRules(in, late, now);
  audits.push_back(std::move(ended.front()));
  co_return audits;
}

}  // namespace kontor::inventory
