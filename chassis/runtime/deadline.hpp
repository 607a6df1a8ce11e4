#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::runtime {

/// The error of a wait that ended before its answer came: DEADLINE_EXCEEDED, and the work may have run.
Error deadlineExceeded();

namespace detail {

/// One wait that either the work or the timer ends. Lives on one executor, so it needs no lock.
template <class T>
struct Race {
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  std::variant<std::monostate, Value, std::exception_ptr> outcome;
  std::coroutine_handle<> waiter;
  TimerId timer = 0;
  bool expired = false;

  void wake() {
    if (!waiter || expired) return;
    Executor::current().cancel(timer);
    std::exchange(waiter, nullptr).resume();
  }
};

template <class T>
task<void> runInto(std::shared_ptr<Race<T>> race, task<T> work) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await work;
      race->outcome.template emplace<1>();
    } else {
      race->outcome.template emplace<1>(co_await work);
    }
  } catch (...) {
    race->outcome.template emplace<2>(std::current_exception());
  }
  race->wake();
}

template <class T>
struct RaceAwaiter {
  std::shared_ptr<Race<T>> race;
  SteadyTime deadline;

  bool await_ready() const { return race->outcome.index() != 0; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    Executor& executor = Executor::current();
    race->waiter = waiter;
    const auto left = std::chrono::ceil<Duration>(deadline - executor.now());
    race->timer = executor.after(std::max(left, Duration(0)), [held = race] {
      if (!held->waiter) return;  // the work ended while this timer was due already: too late to cancel it
      held->expired = true;
      std::exchange(held->waiter, nullptr).resume();
    });
  }
  void await_resume() const {}
};

}  // namespace detail

/// Awaits `work`, but not past `deadline`: then throws `deadlineExceeded()` while the work goes on by itself.
///
/// A deadline ends the wait, not the callee. Work that ends without suspending costs neither a timer nor a frame of its
/// own. The work must own all that it uses, since it may outlive the caller.
template <class T>
task<T> withDeadline(task<T> work, SteadyTime deadline) {
  if (work.begin()) co_return co_await work;
  auto race = std::make_shared<detail::Race<T>>();
  Executor::current().spawnHere(detail::runInto<T>(race, std::move(work)));
  detail::RaceAwaiter<T> wait{race, deadline};
  co_await wait;
  if (race->expired) throw deadlineExceeded();
  if (race->outcome.index() == 2) std::rethrow_exception(std::get<2>(race->outcome));
  if constexpr (!std::is_void_v<T>) co_return std::move(std::get<1>(race->outcome));
}

}  // namespace kontor::runtime
