#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/runtime/work.hpp"

namespace kontor::runtime {

/// Names a timer of one executor; zero names none.
using TimerId = std::uint64_t;

/// Where coroutines run: one thread's event loop, a worker thread, or a node of the simulation.
///
/// Work posted to one executor never runs at the same time as other work of it, and never inside `post`. An executor
/// that was stopped (or whose simulated node was killed) drops work unrun: its destructors run, nothing else.
class Executor {
 public:
  virtual ~Executor();

  /// Queues `work`. Thread-safe.
  virtual void post(Work work) = 0;
  /// Queues `work` for when `delay` has passed. From the executor's own thread only.
  virtual TimerId after(Duration delay, Work work) = 0;
  /// Drops a timer that has not fired; unknown ids are ignored. From the executor's own thread only.
  virtual void cancel(TimerId timer) = 0;
  /// This executor's monotonic time (virtual in the simulation).
  virtual SteadyTime now() const = 0;

  /// The executor whose work runs on this thread now; asserts that there is one.
  static Executor& current();

  /// Marks `executor` as the current one for a scope. For executors' own run loops.
  class Scope {
   public:
    explicit Scope(Executor& executor);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Executor* previous_;
  };

  /// Runs `work` on this executor, detached; thread-safe. A failure that escapes is a bug: it ends the process.
  void spawn(task<void> work);
  /// As `spawn`, but begins at once in place when this is the current executor.
  void spawnHere(task<void> work);

 protected:
  /// Destroys every detached coroutine that has not ended. Called by drivers when they stop, on no other thread's time.
  void destroyRoots();

 private:
  friend class Root;
  class Root* roots_ = nullptr;  // an intrusive list, touched on the executor's own thread only
};

/// Awaits the executor's next turn: lets other ready work run first.
struct Yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    Executor::current().post([waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}
};
inline Yield yield() { return {}; }

/// Awaits that `delay` has passed.
class Sleep {
 public:
  explicit Sleep(Duration delay) : delay_(delay) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    Executor::current().after(delay_, [waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  Duration delay_;
};
inline Sleep sleep(Duration delay) { return Sleep(delay); }

}  // namespace kontor::runtime
