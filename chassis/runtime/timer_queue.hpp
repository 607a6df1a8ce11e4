#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "chassis/runtime/executor.hpp"

namespace kontor::runtime {

/// Timers of one executor in the order in which they fire; equal times fire in the order of their making.
class TimerQueue {
 public:
  TimerId add(SteadyTime when, Work work);
  void cancel(TimerId timer);
  /// When the earliest timer fires; nothing when there is none.
  std::optional<SteadyTime> next() const;
  /// Takes the earliest timer if it is due at `now`.
  std::optional<Work> takeDue(SteadyTime now);
  void clear();

 private:
  std::map<std::pair<SteadyTime, TimerId>, Work> timers_;
  std::unordered_map<TimerId, SteadyTime> times_;
  TimerId last_ = 0;
};

}  // namespace kontor::runtime
