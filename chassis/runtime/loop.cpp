#include "chassis/runtime/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "chassis/runtime/timer_queue.hpp"

namespace kontor::runtime {

namespace asio = boost::asio;

struct Loop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  asio::steady_timer alarm{context};
  TimerQueue timers;
  std::optional<SteadyTime> armed_for;

  void arm() {
    const auto next = timers.next();
    if (!next || (armed_for && *armed_for <= *next)) return;
    armed_for = next;
    alarm.expires_at(*next);
    alarm.async_wait([this](boost::system::error_code failure) {
      if (failure) return;  // re-armed for an earlier timer
      fire();
    });
  }

  void fire() {
    armed_for.reset();
    const SteadyTime now = std::chrono::steady_clock::now();
    while (auto work = timers.takeDue(now)) (*work)();
    arm();
  }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}

Loop::~Loop() {
  const Scope scope(*this);
  destroyRoots();
  impl_->timers.clear();
  // Handlers still queued in the context own work; they go before the executor base checks that nothing is left.
  impl_.reset();
  destroyRoots();
}

void Loop::run() {
  const Scope scope(*this);
  impl_->context.run();
}

void Loop::stop() { impl_->context.stop(); }

void Loop::post(Work work) {
  asio::post(impl_->context, [held = std::move(work)]() mutable { held(); });
}

TimerId Loop::after(Duration delay, Work work) {
  const TimerId timer = impl_->timers.add(now() + delay, std::move(work));
  impl_->arm();
  return timer;
}

void Loop::cancel(TimerId timer) { impl_->timers.cancel(timer); }

SteadyTime Loop::now() const { return std::chrono::steady_clock::now(); }

asio::io_context& Loop::context() { return impl_->context; }

}  // namespace kontor::runtime
