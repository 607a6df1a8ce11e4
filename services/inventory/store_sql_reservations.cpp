#include <map>

#include "chassis/store/sql.hpp"
#include "services/inventory/sql_list.hpp"
#include "services/inventory/store_sql.hpp"

namespace kontor::inventory {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kAdd =
    "INSERT INTO reservation (ref, state, expires_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) "
    "ON CONFLICT (ref) DO NOTHING";
constexpr std::string_view kFind = "SELECT ref, state, expires_at, created_at FROM reservation WHERE ref = $1";
constexpr std::string_view kAddLine =
    "INSERT INTO reservation_line (ref, sku, location, quantity, tracked) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kMove = "UPDATE reservation SET state = $3, updated_at = $4 WHERE ref = $1 AND state = $2";
constexpr std::string_view kRevive =
    "UPDATE reservation SET state = 'held', expires_at = $3, created_at = $4, updated_at = $4 "
    "WHERE ref = $1 AND state = $2";
constexpr std::string_view kForgetLines = "DELETE FROM reservation_line WHERE ref = $1";
constexpr std::string_view kAddShipment = "INSERT INTO shipment (id, ref, created_at) VALUES ($1, $2, $3)";
constexpr std::string_view kKnowsShipment = "SELECT 1 FROM shipment WHERE id = $1 AND ref = $2";
// The states stand in the text: that is how the partial indexes are found.
constexpr std::string_view kListActive =
    "SELECT ref, state, expires_at, created_at FROM reservation WHERE state IN ('held', 'committed') "
    "AND (created_at, ref) > ($1, $2) ORDER BY created_at, ref LIMIT $3";
constexpr std::string_view kListOne =
    "SELECT ref, state, expires_at, created_at FROM reservation WHERE state IN ('held', 'committed') AND state = $4 "
    "AND (created_at, ref) > ($1, $2) ORDER BY created_at, ref LIMIT $3";
constexpr std::string_view kActiveByRef =
    "SELECT ref, state, expires_at, created_at FROM reservation WHERE state IN ('held', 'committed') "
    "AND created_at < $1 AND ref > $2 ORDER BY ref LIMIT $3";
constexpr std::string_view kEnded =
    "SELECT ref FROM reservation WHERE state = 'held' AND expires_at < $1 ORDER BY expires_at LIMIT $2";

Reservation reservationOf(const Row& row) {
  Reservation reservation;
  reservation.ref = row.text(0);
  reservation.state = stateNamed(row.text(1));
  reservation.expires_at = row.time(2);
  reservation.created_at = row.time(3);
  return reservation;
}

std::vector<Reservation> reservationsIn(const Rows& rows) {
  std::vector<Reservation> reservations;
  reservations.reserve(rows.size());
  for (const Row& row : rows) reservations.push_back(reservationOf(row));
  return reservations;
}

}  // namespace

task<bool> StoreSql::addReservation(store::Transaction& in, const Reservation& reservation) {
  store::Params values = params(reservation.ref, stateName(reservation.state), reservation.expires_at, in.now());
  const std::int64_t added = co_await in.execute(kAdd, std::move(values));
  co_return added == 1;
}

task<std::optional<Reservation>> StoreSql::findReservation(store::Statements& in, std::string ref) {
  const Rows rows = co_await in.query(kFind, params(std::move(ref)));
  if (rows.empty()) co_return std::nullopt;
  std::vector<Reservation> found = co_await withLines(in, reservationsIn(rows));
  co_return std::move(found.front());
}

task<void> StoreSql::addLine(store::Transaction& in, std::string ref, const ReservationLine& line) {
  store::Params values = params(std::move(ref), line.sku, line.location, line.quantity, line.tracked);
  co_await in.execute(kAddLine, std::move(values));
}

task<bool> StoreSql::moveReservation(store::Transaction& in, std::string ref, ReservationState from,
                                     ReservationState to) {
  store::Params values = params(std::move(ref), stateName(from), stateName(to), in.now());
  const std::int64_t moved = co_await in.execute(kMove, std::move(values));
  co_return moved == 1;
}

task<bool> StoreSql::reviveReservation(store::Transaction& in, std::string ref, ReservationState from,
                                       Time expires_at) {
  const std::int64_t revived = co_await in.execute(kRevive, params(ref, stateName(from), expires_at, in.now()));
  if (revived == 0) co_return false;
  co_await in.execute(kForgetLines, params(std::move(ref)));
  co_return true;
}

task<void> StoreSql::addShipment(store::Transaction& in, std::string shipment, std::string ref) {
  co_await in.execute(kAddShipment, params(std::move(shipment), std::move(ref), in.now()));
}

task<bool> StoreSql::knowsShipment(store::Statements& in, std::string shipment, std::string ref) {
  const Rows rows = co_await in.query(kKnowsShipment, params(std::move(shipment), std::move(ref)));
  co_return !rows.empty();
}

task<std::vector<Reservation>> StoreSql::reservationsOf(store::Statements& in, std::vector<std::string> refs) {
  SqlList list(refs);
  const std::string sql = "SELECT ref, state, expires_at, created_at FROM reservation WHERE ref IN " +
                          list.placeholders() + " ORDER BY ref";
  const Rows rows = co_await in.query(sql, list.takeParams());
  task<std::vector<Reservation>> complete = withLines(in, reservationsIn(rows));
  co_return co_await complete;
}

task<std::vector<Reservation>> StoreSql::listReservations(store::Statements& in, std::optional<ReservationState> state,
                                                          ReservationPlace after, std::int64_t limit) {
  store::Params values = params(after.created_at, std::move(after.ref), limit);
  if (state) values.emplace_back(stateName(*state));
  const std::string_view sql = state ? kListOne : kListActive;
  const Rows rows = co_await in.query(sql, std::move(values));
  task<std::vector<Reservation>> complete = withLines(in, reservationsIn(rows));
  co_return co_await complete;
}

task<std::vector<Reservation>> StoreSql::activeReservations(store::Statements& in, Time before, std::string after_ref,
                                                            std::int64_t limit) {
  const Rows rows = co_await in.query(kActiveByRef, params(before, std::move(after_ref), limit));
  task<std::vector<Reservation>> complete = withLines(in, reservationsIn(rows));
  co_return co_await complete;
}

task<std::vector<std::string>> StoreSql::endedHolds(store::Statements& in, Time before, std::int64_t limit) {
  const Rows rows = co_await in.query(kEnded, params(before, limit));
  std::vector<std::string> refs;
  for (const Row& row : rows) refs.push_back(row.text(0));
  co_return refs;
}

task<std::vector<Reservation>> StoreSql::withLines(store::Statements& in, std::vector<Reservation> reservations) {
  if (reservations.empty()) co_return reservations;
  std::vector<std::string> refs;
  std::map<std::string, Reservation*, std::less<>> by_ref;
  for (Reservation& reservation : reservations) {
    refs.push_back(reservation.ref);
    by_ref[reservation.ref] = &reservation;
  }
  SqlList list(refs);
  const std::string sql = "SELECT ref, sku, location, quantity, tracked FROM reservation_line WHERE ref IN " +
                          list.placeholders() + " ORDER BY ref, sku, location";
  const Rows rows = co_await in.query(sql, list.takeParams());
  for (const Row& row : rows) {
    ReservationLine line{row.text(1), row.text(2), row.int64(3), row.boolean(4)};
    by_ref.find(row.text(0))->second->lines.push_back(std::move(line));
  }
  co_return reservations;
}

}  // namespace kontor::inventory
