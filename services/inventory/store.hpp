#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "services/inventory/domain.hpp"

namespace kontor::store {
struct Audit;
class Statements;
class Transaction;
}  // namespace kontor::store

namespace kontor::inventory {

/// What the ledger keeps beside the numbers of a change.
struct Cause {
  MovementKind kind = MovementKind::kSet;
  std::string ref;     // the reservation behind it
  std::string reason;  // what a person or an import said
  std::string actor;   // "service:order", "staff:usr_…"
};

/// Where a list goes on: after this place in its order.
struct MovementPlace {
  std::string location;
  std::int64_t sequence = 0;
};
struct ReservationPlace {
  Time created_at{};
  std::string ref;
};

/// What inventory needs of a store. Writes run inside a transaction of the caller's, which takes levels in the order of
/// sku and location; reads run there or on a snapshot. Every write to a level leaves its movement. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Levels.
  virtual task<std::optional<Level>> findLevel(store::Statements& in, std::string sku, std::string location) = 0;
  virtual task<std::vector<Level>> levelsOf(store::Statements& in, std::vector<std::string> skus) = 0;
  /// Up to `limit` levels whose sku begins with `prefix`, after (`sku`, `location`).
  virtual task<std::vector<Level>> listLevels(store::Statements& in, std::string prefix, std::string sku,
                                              std::string location, std::int64_t limit) = 0;
  /// Adds a level with its first movement; false when there is one already.
  virtual task<bool> addLevel(store::Transaction& in, const Level& level, const Cause& cause) = 0;
  /// Writes flags and stock of a level that was read in this transaction; ABORTED when somebody changed it since.
  virtual task<Level> updateLevel(store::Transaction& in, const Level& read, const Level& wanted,
                                  const Cause& cause) = 0;
  /// Holds `quantity` if the sku is tracked and that much is available: one guarded write. The level after it, or
  /// nothing when it was refused.
  virtual task<std::optional<Level>> hold(store::Transaction& in, std::string sku, std::string location,
                                          std::int64_t quantity, const Cause& cause) = 0;
  /// Applies a change that needs no guard; the level after it.
  virtual task<Level> apply(store::Transaction& in, std::string sku, std::string location, Change change,
                            const Cause& cause) = 0;
  /// Newest first within each location.
  virtual task<std::vector<Movement>> listMovements(store::Statements& in, std::string sku,
                                                    std::optional<MovementPlace> after, std::int64_t limit) = 0;

  // Reservations.
  /// Adds one without lines; false when its reference is known.
  virtual task<bool> addReservation(store::Transaction& in, const Reservation& reservation) = 0;
  virtual task<std::optional<Reservation>> findReservation(store::Statements& in, std::string ref) = 0;
  virtual task<void> addLine(store::Transaction& in, std::string ref, const ReservationLine& line) = 0;
  /// The guarded transition of a reservation; false when it is not in `from` any more.
  virtual task<bool> moveReservation(store::Transaction& in, std::string ref, ReservationState from,
                                     ReservationState to) = 0;
  /// Makes a given-up reservation anew, without lines; false when it is not in `from` any more.
  virtual task<bool> reviveReservation(store::Transaction& in, std::string ref, ReservationState from,
                                       Time expires_at) = 0;
  /// Remembers the shipment that took a reservation's stock.
  virtual task<void> addShipment(store::Transaction& in, std::string shipment, std::string ref) = 0;
  virtual task<bool> knowsShipment(store::Statements& in, std::string shipment, std::string ref) = 0;
  virtual task<std::vector<Reservation>> reservationsOf(store::Statements& in, std::vector<std::string> refs) = 0;
  /// Held or committed ones (only those in `state` when given), oldest first.
  virtual task<std::vector<Reservation>> listReservations(store::Statements& in, std::optional<ReservationState> state,
                                                          ReservationPlace after, std::int64_t limit) = 0;
  /// Held or committed ones made before `before`, in the order of their references, after `after_ref`.
  virtual task<std::vector<Reservation>> activeReservations(store::Statements& in, Time before, std::string after_ref,
                                                            std::int64_t limit) = 0;
  /// References of holds that ended before `before`, the oldest first.
  virtual task<std::vector<std::string>> endedHolds(store::Statements& in, Time before, std::int64_t limit) = 0;

  /// Checks the stored facts against each other, on the one snapshot that `in` is; `now` decides which holds should
  /// have been freed `hold_grace` after their end.
  virtual task<std::vector<store::Audit>> audit(store::Statements& in, Time now, Duration hold_grace) = 0;
};

}  // namespace kontor::inventory
