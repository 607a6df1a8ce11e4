#pragma once

#include <string>

#include "services/inventory/store.hpp"

namespace kontor::runtime {
class Environment;
}

namespace kontor::inventory {

/// The store of inventory in SQL, one text per query for SQLite and PostgreSQL. Its parts lie in
/// store_sql_levels.cpp, store_sql_reservations.cpp and store_sql_audit.cpp. Thread-safe: it keeps no state.
class StoreSql final : public Store {
 public:
  /// `environment` draws the ids of movements and must outlive the store.
  explicit StoreSql(runtime::Environment& environment) : environment_(environment) {}

  task<std::optional<Level>> findLevel(store::Statements& in, std::string sku, std::string location) override;
  task<std::vector<Level>> levelsOf(store::Statements& in, std::vector<std::string> skus) override;
  task<std::vector<Level>> listLevels(store::Statements& in, std::string prefix, std::string sku, std::string location,
                                      std::int64_t limit) override;
  task<bool> addLevel(store::Transaction& in, const Level& level, const Cause& cause) override;
  task<Level> updateLevel(store::Transaction& in, const Level& read, const Level& wanted, const Cause& cause) override;
  task<std::optional<Level>> hold(store::Transaction& in, std::string sku, std::string location, std::int64_t quantity,
                                  const Cause& cause) override;
  task<Level> apply(store::Transaction& in, std::string sku, std::string location, Change change,
                    const Cause& cause) override;
  task<std::vector<Movement>> listMovements(store::Statements& in, std::string sku, std::optional<MovementPlace> after,
                                            std::int64_t limit) override;

  task<bool> addReservation(store::Transaction& in, const Reservation& reservation) override;
  task<std::optional<Reservation>> findReservation(store::Statements& in, std::string ref) override;
  task<void> addLine(store::Transaction& in, std::string ref, const ReservationLine& line) override;
  task<bool> moveReservation(store::Transaction& in, std::string ref, ReservationState from,
                             ReservationState to) override;
  task<bool> reviveReservation(store::Transaction& in, std::string ref, ReservationState from,
                               Time expires_at) override;
  task<void> addShipment(store::Transaction& in, std::string shipment, std::string ref) override;
  task<bool> knowsShipment(store::Statements& in, std::string shipment, std::string ref) override;
  task<std::vector<Reservation>> reservationsOf(store::Statements& in, std::vector<std::string> refs) override;
  task<std::vector<Reservation>> listReservations(store::Statements& in, std::optional<ReservationState> state,
                                                  ReservationPlace after, std::int64_t limit) override;
  task<std::vector<Reservation>> activeReservations(store::Statements& in, Time before, std::string after_ref,
                                                    std::int64_t limit) override;
  task<std::vector<std::string>> endedHolds(store::Statements& in, Time before, std::int64_t limit) override;

  task<std::vector<store::Audit>> audit(store::Statements& in, Time now, Duration hold_grace) override;

 private:
  task<void> record(store::Transaction& in, const Level& after, Change change, const Cause& cause);
  task<std::vector<Reservation>> withLines(store::Statements& in, std::vector<Reservation> reservations);

  runtime::Environment& environment_;
};

}  // namespace kontor::inventory
