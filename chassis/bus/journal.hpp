#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "chassis/store/event.hpp"

namespace kontor::bus {

/// Which events are meant. What is empty or absent admits all.
struct EventFilter {
  std::string topic;
  std::string type;
  std::string subject;
  std::optional<Time> from;  // of the event, included
  std::optional<Time> to;    // … excluded

  bool admits(const store::StoredEvent& stored) const;
};

/// An event and its place in the log: places grow in the order of arrival and are never given twice.
struct LoggedEvent {
  std::int64_t position = 0;
  store::StoredEvent event;
};

/// Some events of the log. A page may hold fewer than were asked for, or none, and yet not be the last: each call looks
/// at a bounded part of the log.
struct EventPage {
  std::vector<LoggedEvent> events;
  std::int64_t position = 0;  // where the next page begins
  bool more = false;          // the log goes on there
};

/// What having events delivered once more is to mean.
enum class ReplayMode : std::uint8_t {
  /// What was missed is made up for: events keep their ids, so an inbox drops each one whose effect is there. Safe.
  kRedeliver,
  /// The effects happen once more, to build something anew from its events: each event comes under a new id
  /// ("evt_…~rpl_…"), which no inbox knows. Exactly once more, also over crashes.
  kAgain,
};

/// What to deliver once more, and to whom: events that a group has had already and that the log still holds.
struct ReplayRequest {
  std::string id;     // "rpl_…": asking twice under one id is asking once
  std::string group;  // empty: all groups; `kAgain` names one
  ReplayMode mode = ReplayMode::kRedeliver;
  EventFilter filter;
  std::int64_t first = 0;            // positions, both included
  std::optional<std::int64_t> last;  // absent: up to where each group is
};

/// How far a replay has come.
struct Replay {
  ReplayRequest request;
  std::vector<std::string> groups;
  Time created_at;
  std::int64_t delivered = 0;  // handed to handlers; a crash may count some twice
  bool running = false;
};

/// An event that a group could not handle, whole: the log may forget it, the letter stays until it is dealt with.
struct DeadLetter {
  std::string group;
  store::StoredEvent event;
  std::string reason;  // of the last failure
  int attempts = 0;    // in all
  Time set_aside_at;   // when it failed last
  bool retrying = false;
};

/// What was published, what could not be handled, and how to have it delivered once more: for operators.
///
/// Promise: a replay runs in the place of its group's consumer: partition by partition, in the order of the log, and a
/// partition's new events wait behind it, so a subject's order is kept within the replay and after it. A retried letter
/// comes after later events of its subject, which went on without it. Both go on after a crash. Thread-safe; outlived
/// by its bus.
class Journal {
 public:
  virtual ~Journal() = default;

  /// The events behind `after`, the oldest first; when there are none, waits for one, for at most `longest`. Throws
  /// RESOURCE_EXHAUSTED "TOO_MANY_FOLLOWERS" when many wait already.
  virtual task<EventPage> follow(EventFilter filter, std::int64_t after, std::size_t most, Duration longest) = 0;
  /// The events before `before` (absent: the end), the newest first.
  virtual task<EventPage> newest(EventFilter filter, std::optional<std::int64_t> before, std::size_t most) = 0;
  /// Answers all that wait in `follow`, for good: before the process drains.
  virtual void endFollowing() = 0;

  /// Begins a replay and returns at once. Throws NOT_FOUND for a group that nobody is, INVALID_ARGUMENT for `kAgain`
  /// without a group, UNAVAILABLE while the groups have not joined yet.
  virtual task<Replay> replay(ReplayRequest request) = 0;
  /// Finished ones are known for a while: the last hundred.
  virtual task<std::optional<Replay>> findReplay(std::string id) = 0;

  /// Letters in the order of (group, event id), behind the given ones; an empty `group` lists all.
  virtual task<std::vector<DeadLetter>> deadLetters(std::string group, std::string after_group, std::string after_id,
                                                    std::size_t most) = 0;
  /// Has the group try the letter's event once more, soon: it goes when that succeeds, else it stays with the new
  /// reason. Nothing when there is no such letter.
  virtual task<std::optional<DeadLetter>> retry(std::string group, std::string event_id) = 0;
  /// Gives the letter up; false when there is none.
  virtual task<bool> discard(std::string group, std::string event_id) = 0;
};

}  // namespace kontor::bus
