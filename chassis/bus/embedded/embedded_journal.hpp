#pragma once

#include <memory>

#include "chassis/bus/embedded/event_pages.hpp"
#include "chassis/bus/journal.hpp"

namespace kontor::bus::embedded {

class Dispatch;

/// The journal over the embedded bus's tables and its dispatch. Thread-safe; `store` outlives it.
class EmbeddedJournal final : public Journal {
 public:
  EmbeddedJournal(store::SqlStore& store, std::shared_ptr<Dispatch> dispatch)
      : pages_(store), dispatch_(std::move(dispatch)) {}

  task<EventPage> follow(EventFilter filter, std::int64_t after, std::size_t most, Duration longest) override;
  task<EventPage> newest(EventFilter filter, std::optional<std::int64_t> before, std::size_t most) override;
  void endFollowing() override;
  task<Replay> replay(ReplayRequest request) override;
  task<std::optional<Replay>> findReplay(std::string id) override;
  task<std::vector<DeadLetter>> deadLetters(std::string group, std::string after_group, std::string after_id,
                                            std::size_t most) override;
  task<std::optional<DeadLetter>> retry(std::string group, std::string event_id) override;
  task<bool> discard(std::string group, std::string event_id) override;

 private:
  EventPages pages_;
  std::shared_ptr<Dispatch> dispatch_;
};

}  // namespace kontor::bus::embedded
