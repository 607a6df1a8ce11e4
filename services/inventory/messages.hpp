#pragma once

#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "services/inventory/domain.hpp"

namespace kontor::inventory {

// The domain's types in the contract's words, and back.

v1::Level messageOf(const Level& level);
v1::Movement messageOf(const Movement& movement);
v1::Reservation messageOf(const Reservation& reservation);
v1::Reservation::State messageOf(ReservationState state);
/// Asserts that a state is meant.
ReservationState stateOf(v1::Reservation::State state);
void setAvailable(v1::Availability& message, std::optional<std::int64_t> available);
/// The moment that a message's timestamp names.
Time timeOf(const google::protobuf::Timestamp& timestamp);
/// The whole demand of a request's lines, by sku.
Demand demandOf(const google::protobuf::RepeatedPtrField<v1::ReservationLine>& wanted);

}  // namespace kontor::inventory
