#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include "chassis/runtime/executor.hpp"

namespace kontor::runtime {

/// The bridge from callbacks and other threads into coroutines: one value or failure, one waiter.
///
/// `setValue` and `setError` may be called from any thread, once; the first counts and later ones are ignored. The
/// waiter is resumed on the executor where it began to wait. Copies share the same shot.
template <class T>
class OneShot {
 public:
  void setValue(T value) const { settle(Outcome(std::in_place_index<1>, std::move(value))); }
  void setError(std::exception_ptr failure) const { settle(Outcome(std::in_place_index<2>, std::move(failure))); }

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) const {
    const std::lock_guard lock(state_->mutex);
    if (state_->outcome.index() != 0) return false;
    state_->waiter = waiter;
    state_->executor = &Executor::current();
    return true;
  }
  T await_resume() const {
    Outcome& outcome = state_->outcome;
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(outcome));
    return std::move(std::get<1>(outcome));
  }

 private:
  using Outcome = std::variant<std::monostate, T, std::exception_ptr>;
  struct State {
    std::mutex mutex;
    Outcome outcome;
    std::coroutine_handle<> waiter;
    Executor* executor = nullptr;
  };

  void settle(Outcome outcome) const {
    const std::lock_guard lock(state_->mutex);
    if (state_->outcome.index() != 0) return;
    state_->outcome = std::move(outcome);
    if (!state_->waiter) return;
    state_->executor->post([waiter = state_->waiter, keep = state_] { waiter.resume(); });
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace kontor::runtime
