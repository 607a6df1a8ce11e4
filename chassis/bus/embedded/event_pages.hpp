#pragma once

#include <cstdint>
#include <optional>

#include "chassis/bus/journal.hpp"

namespace kontor::store {
class SqlStore;
}

namespace kontor::bus::embedded {

/// Reads the log for people, who filter by anything: there is no index for that (each would cost every publication), so
/// a page looks at a bounded stretch of the log and says where it ended. Thread-safe, as its store is.
class EventPages {
 public:
  explicit EventPages(store::SqlStore& store) : store_(store) {}

  /// The oldest `most` behind `after`.
  task<EventPage> forward(const EventFilter& filter, std::int64_t after, std::size_t most);
  /// The newest `most` before `before`.
  task<EventPage> backward(const EventFilter& filter, std::optional<std::int64_t> before, std::size_t most);

 private:
  store::SqlStore& store_;
};

}  // namespace kontor::bus::embedded
