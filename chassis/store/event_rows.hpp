#pragma once

#include "chassis/store/event.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::store {

/// The columns in which every table of events keeps a StoredEvent, in the order that the functions below use.
inline constexpr std::string_view kEventColumns =
    "id, source, topic, type, subject, schema, data, time, sequence, traceparent";

/// Reads the event whose columns begin at `first`.
StoredEvent eventOf(const Row& row, std::size_t first);
/// Adds the event's columns to a statement's parameters.
void appendEvent(Params& params, const StoredEvent& event);

}  // namespace kontor::store
