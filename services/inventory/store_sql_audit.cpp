#include "chassis/store/sql.hpp"
#include "services/inventory/store_sql.hpp"

namespace kontor::inventory {
namespace {

using store::Row;
using store::Rows;

// Both sides in one sum, so that a row missing on either side shows as well.
constexpr std::string_view kLedger =
    "SELECT sku, location, CAST(SUM(on_hand) AS BIGINT), CAST(SUM(held) AS BIGINT), CAST(SUM(committed) AS BIGINT), "
    "CAST(SUM(version) AS BIGINT), CAST(SUM(ledger_on_hand) AS BIGINT), CAST(SUM(ledger_held) AS BIGINT), "
    "CAST(SUM(ledger_committed) AS BIGINT), CAST(SUM(entries) AS BIGINT) FROM ("
    "SELECT sku, location, on_hand, held, committed, version, 0 AS ledger_on_hand, 0 AS ledger_held, "
    "0 AS ledger_committed, 0 AS entries FROM level UNION ALL "
    "SELECT sku, location, 0, 0, 0, 0, on_hand_change, held_change, committed_change, 1 FROM movement) AS facts "
    "GROUP BY sku, location HAVING SUM(on_hand) <> SUM(ledger_on_hand) OR SUM(held) <> SUM(ledger_held) "
    "OR SUM(committed) <> SUM(ledger_committed) OR SUM(version) <> SUM(entries) ORDER BY sku, location LIMIT 20";
constexpr std::string_view kClaims =
    "SELECT sku, location, CAST(SUM(held) AS BIGINT), CAST(SUM(committed) AS BIGINT), "
    "CAST(SUM(lines_held) AS BIGINT), CAST(SUM(lines_committed) AS BIGINT) FROM ("
    "SELECT sku, location, held, committed, 0 AS lines_held, 0 AS lines_committed FROM level UNION ALL "
    "SELECT line.sku, line.location, 0, 0, CASE WHEN reservation.state = 'held' THEN line.quantity ELSE 0 END, "
    "CASE WHEN reservation.state = 'committed' THEN line.quantity ELSE 0 END "
    "FROM reservation JOIN reservation_line AS line ON line.ref = reservation.ref "
    "WHERE reservation.state IN ('held', 'committed') AND line.tracked) AS facts GROUP BY sku, location ";
constexpr std::string_view kHeldDiffers = "HAVING SUM(held) <> SUM(lines_held) ORDER BY sku, location LIMIT 20";
constexpr std::string_view kCommittedDiffers =
    "HAVING SUM(committed) <> SUM(lines_committed) ORDER BY sku, location LIMIT 20";
// Replays the ledger: what was free just before each hold, by all movements before it and the safety then in force.
constexpr std::string_view kGrants =
    "SELECT sku, location, sequence, ref, held_change, available FROM ("
    "SELECT sku, location, sequence, kind, ref, held_change, backorder, "
    "CAST(SUM(on_hand_change - held_change - committed_change) OVER (PARTITION BY sku, location ORDER BY sequence) "
    "AS BIGINT) + held_change - safety AS available FROM movement) AS ledger "
    "WHERE kind = 'hold' AND NOT backorder AND available < held_change ORDER BY sku, location, sequence LIMIT 20";
constexpr std::string_view kCountLevels = "SELECT COUNT(*) FROM level";
constexpr std::string_view kCountHeld = "SELECT COUNT(*) FROM reservation WHERE state = 'held'";
constexpr std::string_view kCountCommitted = "SELECT COUNT(*) FROM reservation WHERE state = 'committed'";
constexpr std::string_view kCountGrants = "SELECT COUNT(*) FROM movement WHERE kind = 'hold'";

std::string number(const Row& row, std::size_t column) { return std::to_string(row.int64(column)); }

std::string place(const Row& row) { return row.text(0) + " at " + row.text(1) + ": "; }

std::string ledgerLine(const Row& row) {
  return place(row) + "on hand " + number(row, 2) + ", held " + number(row, 3) + ", committed " + number(row, 4) +
         ", version " + number(row, 5) + "; by the ledger " + number(row, 6) + ", " + number(row, 7) + ", " +
         number(row, 8) + ", " + number(row, 9);
}

std::string heldLine(const Row& row) {
  return place(row) + number(row, 2) + " are held, reservations hold " + number(row, 4);
}

std::string committedLine(const Row& row) {
  return place(row) + number(row, 3) + " are committed, reservations are committed to " + number(row, 5);
}

std::string grantLine(const Row& row) {
  return place(row) + row.text(3) + " was granted " + number(row, 4) + " when " + number(row, 5) +
         " were available (movement " + number(row, 2) + ")";
}

using Wording = std::string (*)(const Row&);

task<Audit> examine(store::Statements& in, std::string name, std::string_view count, std::string violations,
                    Wording wording) {
  Audit audit;
  audit.name = std::move(name);
  const Rows counted = co_await in.query(count, store::Params());
  audit.checked = counted.at(0).int64(0);
  const Rows broken = co_await in.query(violations, store::Params());
  for (const Row& row : broken) audit.violations.push_back(wording(row));
  co_return audit;
}

}  // namespace

task<std::vector<Audit>> StoreSql::audit(store::Statements& in) {
  const std::string claims(kClaims);
  task<Audit> ledger =
      examine(in, "stock levels equal the sums of their ledger", kCountLevels, std::string(kLedger), ledgerLine);
  task<Audit> held = examine(in, "held stock equals what held reservations claim", kCountHeld,
                             claims + std::string(kHeldDiffers), heldLine);
  task<Audit> committed = examine(in, "committed stock equals what committed reservations claim", kCountCommitted,
                                  claims + std::string(kCommittedDiffers), committedLine);
  task<Audit> grants =
      examine(in, "no grant beyond what was available, by the ledger", kCountGrants, std::string(kGrants), grantLine);
  std::vector<Audit> audits;
  audits.push_back(co_await ledger);
  audits.push_back(co_await held);
  audits.push_back(co_await committed);
  audits.push_back(co_await grants);
  co_return audits;
}

}  // namespace kontor::inventory
