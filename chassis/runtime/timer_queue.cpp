#include "chassis/runtime/timer_queue.hpp"

namespace kontor::runtime {

TimerId TimerQueue::add(SteadyTime when, Work work) {
  const TimerId timer = ++last_;
  timers_.emplace(std::pair(when, timer), std::move(work));
  times_.emplace(timer, when);
  return timer;
}

void TimerQueue::cancel(TimerId timer) {
  const auto found = times_.find(timer);
  if (found == times_.end()) return;
  timers_.erase({found->second, timer});
  times_.erase(found);
}

std::optional<SteadyTime> TimerQueue::next() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first;
}

std::optional<Work> TimerQueue::takeDue(SteadyTime now) {
  if (timers_.empty() || timers_.begin()->first.first > now) return std::nullopt;
  auto node = timers_.extract(timers_.begin());
  times_.erase(node.key().second);
  return std::move(node.mapped());
}

void TimerQueue::clear() {
  timers_.clear();
  times_.clear();
}

}  // namespace kontor::runtime
