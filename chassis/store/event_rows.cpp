#include "chassis/store/event_rows.hpp"

#include "chassis/base/assert.hpp"

namespace kontor::store {

StoredEvent eventOf(const Row& row, std::size_t first) {
  KONTOR_ASSERT(row.size() >= first + 10, "an event has ten columns");
  StoredEvent stored;
  stored.id = row.text(first);
  stored.source = row.text(first + 1);
  stored.event.topic = row.text(first + 2);
  stored.event.type = row.text(first + 3);
  stored.event.subject = row.text(first + 4);
  stored.event.schema = row.text(first + 5);
  stored.event.data = row.text(first + 6);
  stored.time = row.time(first + 7);
  stored.sequence = row.int64(first + 8);
  stored.traceparent = row.text(first + 9);
  return stored;
}

void appendEvent(Params& params, const StoredEvent& stored) {
  const Event& event = stored.event;
  for (const std::string* text :
       {&stored.id, &stored.source, &event.topic, &event.type, &event.subject, &event.schema, &event.data})
    params.emplace_back(*text);
  params.emplace_back(stored.time);
  params.emplace_back(stored.sequence);
  params.emplace_back(stored.traceparent);
}

}  // namespace kontor::store
