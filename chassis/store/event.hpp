#pragma once

#include <cstdint>
#include <string>

#include "chassis/base/time.hpp"

namespace kontor::store {

/// What a service says has happened, as it hands it to its transaction. Made by generated `makeEvent(message)`.
struct Event {
  std::string topic;    // "order"
  std::string type;     // "order.placed"
  std::string subject;  // the entity: orders events and picks the partition
  std::string schema;   // "kontor.order.v1.OrderPlaced"
  std::string data;     // JSON
};

/// What an event is about, without its data: enough to know what it makes stale.
struct EventName {
  std::string topic;
  std::string type;
  std::string subject;
};

/// An event as it was stored and travels: CloudEvents 1.0 attributes (cloudevents.io), `sequence` per topic and
/// subject.
struct StoredEvent {
  std::string id;      // "evt_…", made with the transaction
  std::string source;  // the service: "order"
  Event event;
  Time time;
  std::int64_t sequence = 0;  // 1, 2, … of its subject within its source and topic
  std::string traceparent;    // of the call that caused it; may be empty
};

}  // namespace kontor::store
