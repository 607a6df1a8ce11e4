#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chassis/bus/embedded/event_log.hpp"
#include "chassis/bus/journal.hpp"

namespace kontor::bus::embedded {

/// The dead letters in words. Thread-safe, as its store is, which must outlive it.
class Letters {
 public:
  explicit Letters(store::SqlStore& store) : store_(store) {}

  /// Keeps an event as a dead letter and, in the same transaction, moves its group past it: `done`, unless the event
  /// came by a replay.
  task<void> add(DeadLetter letter, std::optional<Position> done);
  /// Takes note that one more try has failed; it is not retried any more.
  task<void> failAgain(std::string group, std::string id, std::string reason);
  task<bool> remove(std::string group, std::string id);
  /// Marks a letter as to be tried once more, and returns it.
  task<std::optional<DeadLetter>> retry(std::string group, std::string id);

  /// Those of a group and topic that are marked.
  task<std::vector<DeadLetter>> marked(std::string group, std::string topic);
  task<std::optional<DeadLetter>> find(std::string group, std::string id);
  /// As Journal::deadLetters.
  task<std::vector<DeadLetter>> list(std::string group, std::string after_group, std::string after_id,
                                     std::int64_t most);

 private:
  store::SqlStore& store_;
};

}  // namespace kontor::bus::embedded
