#include "services/order/bell.hpp"

#include <coroutine>
#include <utility>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::order {

struct Bell::State {
  explicit State(runtime::Executor& owner) : executor(owner) {}

  void wake() {
    if (waiter) std::exchange(waiter, nullptr).resume();
  }

  runtime::Executor& executor;
  bool rung = false;
  std::coroutine_handle<> waiter;
  runtime::TimerId timer = 0;
};

namespace {

template <class State>
struct Wait {
  std::shared_ptr<State> state;
  Duration most;

  bool await_ready() const { return state->rung; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    KONTOR_ASSERT(!state->waiter, "a bell has one waiter");
    state->waiter = waiter;
    state->timer = state->executor.after(most, [held = state] { held->wake(); });
  }
  void await_resume() const {
    state->executor.cancel(state->timer);
    state->rung = false;
  }
};

}  // namespace

Bell::Bell(runtime::Executor& executor) : state_(std::make_shared<State>(executor)) {}

void Bell::ring() const {
  state_->executor.post([held = state_] {
    held->rung = true;
    held->wake();
  });
}

task<void> Bell::wait(Duration most) const {
  Wait<State> wait{state_, most};
  co_await wait;
}

}  // namespace kontor::order
