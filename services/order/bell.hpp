#pragma once

#include <memory>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class Executor;
}

namespace kontor::order {

/// Wakes one waiter: rung from anywhere, waited for on its executor. A ring that nobody waits for is remembered once.
/// Copies are the same bell.
class Bell {
 public:
  /// `executor` is the waiter's; it must outlive every ring.
  explicit Bell(runtime::Executor& executor);

  /// Thread-safe.
  void ring() const;
  /// Returns when the bell has rung since the last wait, or after `most`. On the bell's executor, one waiter at a time.
  task<void> wait(Duration most) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::order
