#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/inventory/domain.hpp"
#include "services/inventory/store.hpp"

namespace kontor::inventory {

/// Thrown inside a transaction by the first sku, in sorted order, of which there is too little: all of it is undone.
struct Shortage {
  std::string sku;
  std::int64_t available = 0;
};

/// Everything that one transaction does to stock and reservations, with its events.
///
/// Used by one transaction body, on its executor; ends with `announce`.
class Booking {
 public:
  /// `store` and `in` outlive the booking; `actor` is who the ledger names.
  Booking(Store& store, store::Transaction& in, std::string actor) : store_(store), in_(in), actor_(std::move(actor)) {}

  /// Holds all of `demand` for `ref` until `expires_at`, and takes over what `replaces` holds (its own `ref`: makes a
  /// given-up reservation anew). True when granted, now or before; false when `ref` was given up. Throws Shortage.
  task<bool> reserve(std::string ref, Time expires_at, Demand demand, std::string replaces);
  /// True when the stock of `ref` is promised, now or before.
  task<bool> commit(std::string ref);
  /// Gives back what `ref` holds or was promised. A reference that never held is closed: its late Reserve is refused.
  task<void> release(std::string ref);
  /// Takes what was promised to `ref` off the shelf, once, as `shipment`. `lines`, unless empty, must be all of it: it
  /// throws INVALID_ARGUMENT when not. False when nothing is promised; throws "SHIPPED_BEFORE" for another shipment.
  task<bool> ship(std::string ref, std::string shipment, Demand lines);
  /// Frees a hold that nobody settled; nothing when it was settled meanwhile.
  task<void> expire(std::string ref);
  /// Sets flags, and stock if `overwrite` or the sku is new; 1 created, 2 changed, 0 neither.
  enum class Stocked : std::uint8_t { kUnchanged, kCreated, kUpdated };
  task<Stocked> stock(Level wanted, bool overwrite, std::string reason);
  /// Corrects the stock of a level by a count. Throws NOT_FOUND for one that is not there.
  task<Level> adjust(std::string sku, std::string location, std::int64_t delta, std::string reason);

  /// Emits stock.changed once for each sku whose availability is not what it was.
  task<void> announce();

 private:
  /// What a reserving transaction does to one sku, in this order.
  struct Turn {
    std::vector<ReservationLine> give_back;
    std::int64_t take = 0;
  };

  task<Admission> admitOrAdd(Reservation wanted, bool revive, bool& added);
  task<std::vector<ReservationLine>> surrender(std::string ref);
  task<void> takeTurns(std::string ref, std::string replaces, std::map<std::string, Turn> turns);
  task<void> take(std::string ref, std::string sku, std::int64_t quantity);
  task<void> move(Reservation reservation, ReservationState to, std::string reason);
  task<void> settleLine(const Reservation& reservation, ReservationLine line, ReservationState to, std::string reason);
  task<void> tellState(std::string ref, ReservationState state);
  void note(const Level& before, const Level& after);

  struct Seen {
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> after;
  };

  Store& store_;
  store::Transaction& in_;
  std::string actor_;
  std::map<std::string, Seen> seen_;
};

}  // namespace kontor::inventory
