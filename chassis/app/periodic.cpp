#include "chassis/app/periodic.hpp"

#include <mutex>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::app {

struct Periodic::State {
  State(const telemetry::Log& to, std::string what, Duration pause, Job work)
      : log(to), name(std::move(what)), interval(pause), job(std::move(work)) {}

  telemetry::Log log;
  std::string name;
  Duration interval;
  Job job;

  std::mutex mutex;  // guards what follows
  bool started = false;
  bool stopping = false;
  runtime::OneShot<bool> wake;  // ends the present wait between rounds
  runtime::OneShot<bool> over;  // set when the last round has ended
};

Periodic::Periodic(runtime::Environment& environment, const telemetry::Log& log, std::string name, Duration interval,
                   Job job)
    : environment_(environment), state_(std::make_shared<State>(log, std::move(name), interval, std::move(job))) {}

Periodic::~Periodic() {
  const std::lock_guard lock(state_->mutex);
  KONTOR_ASSERT(!state_->started || state_->stopping, "periodic work is stopped before it is destroyed");
}

void Periodic::start() {
  {
    const std::lock_guard lock(state_->mutex);
    KONTOR_ASSERT(!state_->started, "periodic work is started once");
    state_->started = true;
  }
  environment_.background().spawn(rounds(state_));
}

task<void> Periodic::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->started || state_->stopping) co_return;
    state_->stopping = true;
    state_->wake.setValue(true);
  }
  co_await state_->over;
}

task<void> Periodic::rounds(std::shared_ptr<State> state) {
  while (true) {
    co_await oneRound(*state);
    runtime::OneShot<bool> wake;
    {
      const std::lock_guard lock(state->mutex);
      if (state->stopping) break;
      state->wake = wake;
    }
    const runtime::TimerId timer = runtime::Executor::current().after(state->interval, [wake] { wake.setValue(true); });
    co_await wake;
    runtime::Executor::current().cancel(timer);
  }
  state->over.setValue(true);
}

task<void> Periodic::oneRound(State& state) {
  try {
    task<void> work = state.job();
    co_await work;
  } catch (const std::exception& failure) {
    state.log.error("periodic work failed and is tried again later", failure, {{"event.action", state.name}});
  }
}

}  // namespace kontor::app
