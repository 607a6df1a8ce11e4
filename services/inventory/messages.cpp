#include "services/inventory/messages.hpp"

#include "chassis/base/assert.hpp"

namespace kontor::inventory {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

void set(google::protobuf::Timestamp& timestamp, Time time) {
  const std::int64_t micros = toMicros(time);
  timestamp.set_seconds(micros / kMicros);
  timestamp.set_nanos(static_cast<std::int32_t>(micros % kMicros) * 1000);
}

}  // namespace

v1::Level messageOf(const Level& level) {
  v1::Level message;
  message.set_sku(level.sku);
  message.set_location(level.location);
  message.set_tracked(level.tracked);
  message.set_backorder(level.backorder);
  message.set_on_hand(level.on_hand);
  message.set_held(level.held);
  message.set_committed(level.committed);
  message.set_safety(level.safety);
  if (const auto available = availableOf(level)) message.set_available(*available);
  message.set_version(level.version);
  set(*message.mutable_updated_at(), level.updated_at);
  return message;
}

v1::Movement messageOf(const Movement& movement) {
  v1::Movement message;
  message.set_id(movement.id);
  message.set_sku(movement.sku);
  message.set_location(movement.location);
  message.set_kind(movement.kind);
  message.set_quantity(shownQuantity(movement.change));
  message.set_ref(movement.ref);
  message.set_reason(movement.reason);
  message.set_actor(movement.actor);
  set(*message.mutable_created_at(), movement.created_at);
  return message;
}

v1::Reservation::State messageOf(ReservationState state) {
  switch (state) {
    case ReservationState::kHeld:
      return v1::Reservation::STATE_HELD;
    case ReservationState::kCommitted:
      return v1::Reservation::STATE_COMMITTED;
    case ReservationState::kShipped:
      return v1::Reservation::STATE_SHIPPED;
    case ReservationState::kReleased:
      return v1::Reservation::STATE_RELEASED;
    case ReservationState::kExpired:
      return v1::Reservation::STATE_EXPIRED;
  }
  KONTOR_ASSERT(false, "a reservation is in an unknown state");
  return v1::Reservation::STATE_UNSPECIFIED;
}

ReservationState stateOf(v1::Reservation::State state) {
  for (const ReservationState candidate :
       {ReservationState::kHeld, ReservationState::kCommitted, ReservationState::kShipped, ReservationState::kReleased,
        ReservationState::kExpired})
    if (messageOf(candidate) == state) return candidate;
  KONTOR_ASSERT(false, "a state that the contract does not know");
  return ReservationState::kHeld;
}

v1::Reservation messageOf(const Reservation& reservation) {
  v1::Reservation message;
  message.set_ref(reservation.ref);
  message.set_state(messageOf(reservation.state));
  for (const ReservationLine& line : reservation.lines) {
    v1::ReservationLine& added = *message.add_lines();
    added.set_sku(line.sku);
    added.set_quantity(line.quantity);
  }
  set(*message.mutable_expires_at(), reservation.expires_at);
  set(*message.mutable_created_at(), reservation.created_at);
  return message;
}

void setAvailable(v1::Availability& message, std::optional<std::int64_t> available) {
  if (available) message.set_available(*available);
}

Time timeOf(const google::protobuf::Timestamp& timestamp) {
  return fromMicros(timestamp.seconds() * kMicros + timestamp.nanos() / 1000);
}

Demand demandOf(const google::protobuf::RepeatedPtrField<v1::ReservationLine>& wanted) {
  std::vector<std::pair<std::string, std::int64_t>> lines;
  for (const v1::ReservationLine& line : wanted) lines.emplace_back(line.sku(), line.quantity());
  return sumDemand(lines);
}

}  // namespace kontor::inventory
