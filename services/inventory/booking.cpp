#include "services/inventory/booking.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/inventory/v1/events.kontor.hpp"

namespace kontor::inventory {
namespace {

// Every write of a reservation is guarded by the state that was read: on a store with concurrent writers another
// transaction may have won.
Error changedMeanwhile(const std::string& ref) {
  return Error(Code::kAborted, "CONFLICT", "the reservation \"" + ref + "\" was changed meanwhile; try again");
}

Error shippedBefore(const std::string& ref) {
  return Error(Code::kFailedPrecondition, "SHIPPED_BEFORE",
               "what was promised to \"" + ref + "\" has been shipped already, by another shipment");
}

Error onlyTheWhole(const Reservation& reservation) {
  std::string promised;
  for (const auto& [sku, quantity] : demandOf(reservation))
    promised += (promised.empty() ? "" : ", ") + std::to_string(quantity) + " of \"" + sku + "\"";
  return invalidField("lines", "WHOLE_RESERVATION_ONLY",
                      "a shipment takes all that is promised: leave the lines out, or send " + promised);
}

Level undone(Level after, const Change& change) {
  after.on_hand -= change.on_hand;
  after.held -= change.held;
  after.committed -= change.committed;
  return after;
}

template <class Message>
store::Event eventOf(const std::string& ref) {
  Message message;
  message.set_ref(ref);
  return makeEvent(message);
}

store::Event stateEvent(const std::string& ref, ReservationState state) {
  switch (state) {
    case ReservationState::kHeld:
      return eventOf<v1::ReservationHeld>(ref);
    case ReservationState::kCommitted:
      return eventOf<v1::ReservationCommitted>(ref);
    case ReservationState::kExpired:
      return eventOf<v1::ReservationExpired>(ref);
    case ReservationState::kReleased:
      return eventOf<v1::ReservationReleased>(ref);
    case ReservationState::kShipped:
      break;
  }
  KONTOR_ASSERT(false, "a shipment is told by the service that ships, not by the one that keeps the stock");
  return {};
}

}  // namespace

task<bool> Booking::reserve(std::string ref, Time expires_at, Demand demand, std::string replaces) {
  Reservation wanted;
  wanted.ref = ref;
  wanted.expires_at = expires_at;
  const bool revive = replaces == ref;
  bool fresh = false;
  const Admission admission = co_await admitOrAdd(std::move(wanted), revive, fresh);
  if (admission == Admission::kRefused) co_return false;
  if (admission == Admission::kGranted && !fresh) co_return true;

  std::map<std::string, Turn> turns;
  for (const auto& [sku, quantity] : demand) turns[sku].take = quantity;
  if (!replaces.empty() && !revive) {
    std::vector<ReservationLine> lines = co_await surrender(replaces);
    for (ReservationLine& line : lines) turns[line.sku].give_back.push_back(std::move(line));
  }
  co_await takeTurns(ref, std::move(replaces), std::move(turns));
  co_await tellState(std::move(ref), ReservationState::kHeld);
  co_return true;
}

task<Admission> Booking::admitOrAdd(Reservation wanted, bool revive, bool& added) {
  added = co_await store_.addReservation(in_, wanted);
  if (added) co_return Admission::kGranted;
  const std::optional<Reservation> known = co_await store_.findReservation(in_, wanted.ref);
  KONTOR_ASSERT(known, "a reservation that could not be added is there");
  const Admission admission = admit(*known, revive, wanted.expires_at);
  if (admission != Admission::kRevived) co_return admission;
  const bool revived = co_await store_.reviveReservation(in_, wanted.ref, known->state, wanted.expires_at);
  if (!revived) throw changedMeanwhile(wanted.ref);
  co_return admission;
}

// The lines that `ref` still holds, now to be given back by the caller; it ends as released whatever it was, but a
// promise to an order stays.
task<std::vector<ReservationLine>> Booking::surrender(std::string ref) {
  std::optional<Reservation> old = co_await store_.findReservation(in_, ref);
  if (!old) {
    Reservation closed;
    closed.ref = ref;
    closed.state = ReservationState::kReleased;
    co_await store_.addReservation(in_, closed);
    co_return std::vector<ReservationLine>();
  }
  if (old->state != ReservationState::kHeld) co_return std::vector<ReservationLine>();
  const bool moved = co_await store_.moveReservation(in_, ref, ReservationState::kHeld, ReservationState::kReleased);
  if (!moved) throw changedMeanwhile(ref);
  co_await tellState(std::move(ref), ReservationState::kReleased);
  co_return std::move(old->lines);
}

task<void> Booking::takeTurns(std::string ref, std::string replaces, std::map<std::string, Turn> turns) {
  Reservation old;
  old.ref = std::move(replaces);
  for (auto& [sku, turn] : turns) {
    for (ReservationLine& line : turn.give_back)
      co_await settleLine(old, std::move(line), ReservationState::kReleased, std::string());
    if (turn.take > 0) co_await take(ref, sku, turn.take);
  }
}

task<void> Booking::take(std::string ref, std::string sku, std::int64_t quantity) {
  const std::string location(kMainLocation);
  const Cause cause{MovementKind::kHold, ref, "", actor_};
  const std::optional<Level> after = co_await store_.hold(in_, sku, location, quantity, cause);
  ReservationLine line{sku, location, quantity, true};
  if (after) {
    note(undone(*after, Change{0, quantity, 0}), *after);
  } else {
    const std::optional<Level> level = co_await store_.findLevel(in_, sku, location);
    if (!level) throw Shortage{sku, 0};
    if (level->tracked) throw Shortage{sku, availableOf(*level).value_or(0)};
    line.tracked = false;
  }
  co_await store_.addLine(in_, std::move(ref), line);
}

task<bool> Booking::commit(std::string ref) {
  std::optional<Reservation> found = co_await store_.findReservation(in_, ref);
  if (!found) co_return false;
  const ReservationState from = found->state;
  const std::optional<ReservationState> to = stateAfter(from, Wish::kCommit);
  if (!to) co_return from == ReservationState::kCommitted || from == ReservationState::kShipped;
  co_await move(std::move(*found), *to, std::string());
  co_return true;
}

task<bool> Booking::ship(std::string ref, std::string shipment, Demand lines) {
  std::optional<Reservation> found = co_await store_.findReservation(in_, ref);
  if (!found) co_return false;
  if (!lines.empty() && lines != demandOf(*found)) throw onlyTheWhole(*found);
  const bool repeat = co_await store_.knowsShipment(in_, shipment, ref);
  if (repeat) co_return true;
  if (found->state == ReservationState::kShipped) throw shippedBefore(ref);
  const std::optional<ReservationState> to = stateAfter(found->state, Wish::kShip);
  if (!to) co_return false;
  co_await store_.addShipment(in_, shipment, std::move(ref));
  co_await move(std::move(*found), *to, std::move(shipment));
  co_return true;
}

task<void> Booking::release(std::string ref) {
  Reservation closed;
  closed.ref = ref;
  closed.state = ReservationState::kReleased;
  std::optional<Reservation> found = co_await store_.findReservation(in_, ref);
  if (!found) {
    const bool added = co_await store_.addReservation(in_, closed);
    if (!added) throw changedMeanwhile(ref);
    co_return;
  }
  const std::optional<ReservationState> to = stateAfter(found->state, Wish::kRelease);
  if (to) co_await move(std::move(*found), *to, std::string());
}

task<void> Booking::expire(std::string ref) {
  std::optional<Reservation> found = co_await store_.findReservation(in_, ref);
  if (!found) co_return;
  const std::optional<ReservationState> to = stateAfter(found->state, Wish::kExpire);
  if (to) co_await move(std::move(*found), *to, std::string());
}

task<void> Booking::move(Reservation reservation, ReservationState to, std::string reason) {
  const bool moved = co_await store_.moveReservation(in_, reservation.ref, reservation.state, to);
  if (!moved) throw changedMeanwhile(reservation.ref);
  for (const ReservationLine& line : reservation.lines) co_await settleLine(reservation, line, to, reason);
  if (to != ReservationState::kShipped) co_await tellState(std::move(reservation.ref), to);
}

task<void> Booking::settleLine(const Reservation& reservation, ReservationLine line, ReservationState to,
                               std::string reason) {
  if (!line.tracked) co_return;
  const Change change = changeOf(reservation.state, to, line.quantity);
  const Cause cause{kindOf(to), reservation.ref, std::move(reason), actor_};
  const Level after = co_await store_.apply(in_, std::move(line.sku), std::move(line.location), change, cause);
  note(undone(after, change), after);
}

task<Booking::Stocked> Booking::stock(Level wanted, bool overwrite, std::string reason) {
  const Cause cause{MovementKind::kSet, "", std::move(reason), actor_};
  const bool added = co_await store_.addLevel(in_, wanted, cause);
  if (added) {
    Level nothing = wanted;
    nothing.tracked = true;
    nothing.backorder = false;
    nothing.on_hand = 0;
    note(nothing, wanted);
    co_return Stocked::kCreated;
  }
  const std::optional<Level> level = co_await store_.findLevel(in_, wanted.sku, wanted.location);
  KONTOR_ASSERT(level, "a level that could not be added is there");
  Level next = *level;
  next.tracked = wanted.tracked;
  next.backorder = wanted.backorder;
  if (overwrite) next.on_hand = wanted.on_hand;
  const bool same =
      next.tracked == level->tracked && next.backorder == level->backorder && next.on_hand == level->on_hand;
  if (same) co_return Stocked::kUnchanged;
  const Level after = co_await store_.updateLevel(in_, *level, next, cause);
  note(*level, after);
  co_return Stocked::kUpdated;
}

task<Level> Booking::adjust(std::string sku, std::string location, std::int64_t delta, std::string reason) {
  const std::optional<Level> level = co_await store_.findLevel(in_, sku, location);
  if (!level) throw notFound("stock of sku", sku);
  Level next = *level;
  next.on_hand = adjustedStock(*level, delta);
  const Cause cause{MovementKind::kAdjust, "", std::move(reason), actor_};
  Level after = co_await store_.updateLevel(in_, *level, next, cause);
  note(*level, after);
  co_return after;
}

task<void> Booking::tellState(std::string ref, ReservationState state) {
  store::Event event = stateEvent(ref, state);
  co_await in_.emit(std::move(event));
}

void Booking::note(const Level& before, const Level& after) {
  const auto at = seen_.try_emplace(after.sku, Seen{availableOf(before), std::nullopt}).first;
  at->second.after = availableOf(after);
}

task<void> Booking::announce() {
  for (const auto& [sku, seen] : seen_) {
    if (seen.before == seen.after) continue;
    v1::StockChanged changed;
    changed.set_sku(sku);
    store::Event event = makeEvent(changed);
    co_await in_.emit(std::move(event));
  }
  seen_.clear();
}

}  // namespace kontor::inventory
