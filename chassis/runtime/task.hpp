#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "chassis/base/assert.hpp"

namespace kontor {

template <class T>
class task;

namespace runtime {

/// What promises of every result type share: the awaiting parent and how the child came to its end.
///
/// GCC 12 does not make symmetric transfer a tail call below -O2, so loops over ready children would eat the stack.
/// A parent therefore resumes its child as a plain call; a child that finished inside that call is not waited for.
class PromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> finished) noexcept {
      PromiseBase& promise = finished.promise();
      // Read before resuming: the parent may destroy this frame.
      const std::coroutine_handle<> parent = promise.parent_;
      if (!promise.starting_ && parent) parent.resume();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  /// Runs the child until it suspends or ends, unless it was begun already; true when the parent must wait for it.
  template <class Promise>
  static bool start(std::coroutine_handle<Promise> child, std::coroutine_handle<> parent) {
    PromiseBase& promise = child.promise();
    promise.parent_ = parent;
    if (promise.begun_) return !child.done();
    promise.begun_ = true;
    promise.starting_ = true;
    child.resume();
    if (child.done()) return false;
    promise.starting_ = false;
    return true;
  }

 private:
  std::coroutine_handle<> parent_;
  bool begun_ = false;
  bool starting_ = false;
};

template <class T>
class Promise final : public PromiseBase {
 public:
  task<T> get_return_object() noexcept;
  void unhandled_exception() noexcept { result_.template emplace<2>(std::current_exception()); }
  template <class U>
  void return_value(U&& value) {
    result_.template emplace<1>(std::forward<U>(value));
  }
  T take() {
    if (result_.index() == 2) std::rethrow_exception(std::get<2>(result_));
    KONTOR_ASSERT(result_.index() == 1, "a task was read before it ended");
    return std::move(std::get<1>(result_));
  }

 private:
  std::variant<std::monostate, T, std::exception_ptr> result_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  task<void> get_return_object() noexcept;
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }
  void return_void() noexcept {}
  void take() {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
};

}  // namespace runtime

/// A lazily started coroutine with a result; runs when awaited, once, on the awaiter's executor.
///
/// Owns its frame: destroying an unfinished task destroys the frame and all that it awaits. Not thread-safe: a chain of
/// tasks lives on one executor, and whatever wakes it posts to that executor (never resumes in place). Exceptions
/// travel to the awaiter. Example: runtime_test.cpp "Task".
template <class T = void>
class [[nodiscard]] task {
 public:
  using promise_type = runtime::Promise<T>;

  explicit task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    task(std::move(other)).swap(*this);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }
  void swap(task& other) noexcept { std::swap(handle_, other.handle_); }

  bool await_ready() const noexcept { return handle_.done(); }
  bool await_suspend(std::coroutine_handle<> parent) { return runtime::PromiseBase::start(handle_, parent); }
  T await_resume() { return handle_.promise().take(); }

  /// Runs the task in place until it suspends or ends; true when it has ended, and awaiting it then costs nothing. A
  /// task that has not ended goes on by itself and is awaited as usual. From the executor that it shall live on.
  bool begin() { return !runtime::PromiseBase::start(handle_, nullptr); }

  /// Runs a task that never suspends, to its end, without an executor; asserts that it did not suspend.
  T runReady() {
    const bool waiting = runtime::PromiseBase::start(handle_, nullptr);
    KONTOR_ASSERT(!waiting, "this task may await nothing that suspends");
    return handle_.promise().take();
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace runtime {

template <class T>
task<T> Promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline task<void> Promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace runtime
}  // namespace kontor
