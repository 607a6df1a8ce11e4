#pragma once

#include <atomic>
#include <coroutine>
#include <memory>
#include <utility>

#include "chassis/runtime/executor.hpp"

namespace kontor::bus {

/// A bell for one coroutine that waits for work: rung from any thread, heard on the coroutine's executor. Rings that
/// come while nobody waits are heard once, by the next wait. Copies share the same bell.
class Wakeup {
 public:
  /// The waiting coroutine runs on `executor`, which must outlive every copy.
  explicit Wakeup(runtime::Executor& executor) : state_(std::make_shared<State>(executor)) {}

  /// Thread-safe; any number of rings before the next turn of the executor cost one post.
  void ring() const {
    if (state_->posted.exchange(true)) return;
    state_->executor.post([state = state_] {
      state->posted = false;
      state->rung = true;
      state->resume();
    });
  }

  /// Awaits a ring, for at most `limit`.
  auto wait(Duration limit) const { return Awaiter{state_, limit}; }

 private:
  struct State {
    explicit State(runtime::Executor& home) : executor(home) {}

    void resume() {
      if (!waiter) return;
      executor.cancel(timer);
      std::exchange(waiter, nullptr).resume();
    }

    runtime::Executor& executor;
    std::atomic<bool> posted = false;
    bool rung = false;
    std::coroutine_handle<> waiter;
    runtime::TimerId timer = 0;
  };

  struct Awaiter {
    std::shared_ptr<State> state;
    Duration limit;

    bool await_ready() const { return state->rung; }
    void await_suspend(std::coroutine_handle<> waiter) const {
      state->waiter = waiter;
      state->timer = state->executor.after(limit, [held = state] { held->resume(); });
    }
    void await_resume() const { state->rung = false; }
  };

  std::shared_ptr<State> state_;
};

}  // namespace kontor::bus
