#include "services/inventory/domain.hpp"

#include <algorithm>
#include <array>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::inventory {
namespace {

constexpr std::array<std::string_view, 5> kStateNames = {"held", "committed", "shipped", "released", "expired"};
constexpr std::array<std::string_view, 7> kKindNames = {"set", "adjust", "hold", "commit", "release", "expire", "ship"};

// What one reserved unit takes up of its level while the reservation is in `state`.
Change burdenOf(ReservationState state) {
  switch (state) {
    case ReservationState::kHeld:
      return {0, 1, 0};
    case ReservationState::kCommitted:
      return {0, 0, 1};
    case ReservationState::kShipped:
      return {-1, 0, 0};
    case ReservationState::kReleased:
    case ReservationState::kExpired:
      return {};
  }
  KONTOR_ASSERT(false, "a reservation is in an unknown state");
  return {};
}

}  // namespace

std::optional<std::int64_t> availableOf(const Level& level) {
  if (!level.tracked || level.backorder) return std::nullopt;
  return std::max<std::int64_t>(0, level.on_hand - level.held - level.committed - level.safety);
}

std::optional<std::int64_t> availableOver(const std::vector<Level>& levels) {
  std::int64_t sum = 0;
  for (const Level& level : levels) {
    const auto here = availableOf(level);
    if (!here) return std::nullopt;
    sum += *here;
  }
  return sum;
}

Demand sumDemand(const std::vector<std::pair<std::string, std::int64_t>>& lines) {
  Demand demand;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [sku, quantity] = lines[i];
    std::int64_t& sum = demand[sku];
    if (quantity < 1 || quantity > kOnHandMax - sum)
      throw invalidField("lines[" + std::to_string(i) + "].quantity", "OUT_OF_RANGE",
                         std::to_string(quantity) + " units of \"" + sku + "\": ask for 1 or more, in all at most " +
                             std::to_string(kOnHandMax));
    sum += quantity;
  }
  return demand;
}

Demand demandOf(const Reservation& reservation) {
  Demand demand;
  for (const ReservationLine& line : reservation.lines) demand[line.sku] += line.quantity;
  return demand;
}

std::string_view stateName(ReservationState state) { return kStateNames.at(static_cast<std::size_t>(state)); }

ReservationState stateNamed(std::string_view name) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), name);
  KONTOR_ASSERT(found != kStateNames.end(), "a reservation is in an unknown state");
  return static_cast<ReservationState>(found - kStateNames.begin());
}

std::optional<ReservationState> stateAfter(ReservationState from, Wish wish) {
  const bool held = from == ReservationState::kHeld;
  switch (wish) {
    case Wish::kCommit:
      if (held) return ReservationState::kCommitted;
      break;
    case Wish::kRelease:
      if (held || from == ReservationState::kCommitted) return ReservationState::kReleased;
      break;
    case Wish::kExpire:
      if (held) return ReservationState::kExpired;
      break;
    case Wish::kShip:
      if (from == ReservationState::kCommitted) return ReservationState::kShipped;
      break;
  }
  return std::nullopt;
}

Admission admit(const Reservation& known, bool revive, Time expires_at) {
  const bool given_up = known.state == ReservationState::kReleased || known.state == ReservationState::kExpired;
  if (!given_up) return Admission::kGranted;
  if (revive && expires_at > known.expires_at) return Admission::kRevived;
  return Admission::kRefused;
}

std::string_view kindName(MovementKind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

Change changeOf(ReservationState from, ReservationState to, std::int64_t quantity) {
  const Change before = burdenOf(from);
  const Change after = burdenOf(to);
  return {(after.on_hand - before.on_hand) * quantity, (after.held - before.held) * quantity,
          (after.committed - before.committed) * quantity};
}

MovementKind kindOf(ReservationState to) {
  switch (to) {
    case ReservationState::kHeld:
      return MovementKind::kHold;
    case ReservationState::kCommitted:
      return MovementKind::kCommit;
    case ReservationState::kShipped:
      return MovementKind::kShip;
    case ReservationState::kReleased:
      return MovementKind::kRelease;
    case ReservationState::kExpired:
      return MovementKind::kExpire;
  }
  KONTOR_ASSERT(false, "a reservation is in an unknown state");
  return MovementKind::kRelease;
}

std::int64_t shownQuantity(const Change& change) {
  // A shipment takes committed units off the shelf: both changes are the same units.
  if (change.held == 0 && change.committed == 0) return change.on_hand;
  return std::max(std::abs(change.held), std::abs(change.committed));
}

std::int64_t adjustedStock(const Level& level, std::int64_t delta) {
  if (delta == 0) throw invalidField("delta", "OUT_OF_RANGE", "0 changes nothing: say how many units to add or take");
  const std::int64_t after = level.on_hand + delta;
  if (delta < 0 && after < 0)
    throw invalidField("delta", "OUT_OF_RANGE",
                       std::to_string(delta) + " takes more than is there: " + std::to_string(level.on_hand) +
                           " of \"" + level.sku + "\" are on hand at \"" + level.location + "\"");
  if (after > kOnHandMax)
    throw invalidField("delta", "OUT_OF_RANGE",
                       "a sku has at most " + std::to_string(kOnHandMax) + " units in a place");
  return after;
}

}  // namespace kontor::inventory
