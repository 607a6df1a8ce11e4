#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "chassis/runtime/oneshot.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::catalog {

/// Counts background work, so that a stop can wait for its end. Thread-safe.
class Running {
 public:
  /// False when `most` run already.
  bool enter(int most) {
    const std::lock_guard lock(mutex_);
    if (count_ >= most) return false;
    ++count_;
    return true;
  }

  void leave() {
    std::vector<runtime::OneShot<bool>> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (--count_ == 0) waiting.swap(idle_);
    }
    for (const auto& idle : waiting) idle.setValue(true);
  }

  /// Returns when none runs.
  task<void> idle() {
    runtime::OneShot<bool> idle;
    {
      const std::lock_guard lock(mutex_);
      if (count_ == 0) co_return;
      idle_.push_back(idle);
    }
    co_await idle;
  }

 private:
  std::mutex mutex_;  // guards all
  int count_ = 0;
  std::vector<runtime::OneShot<bool>> idle_;  // who waits for the end of the last one
};

}  // namespace kontor::catalog
