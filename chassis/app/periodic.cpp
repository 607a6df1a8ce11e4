#include "chassis/app/periodic.hpp"

#include <mutex>
#include <optional>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::app {

struct Periodic::State {
  State(const telemetry::Log& to, std::string what, Duration pause, Job work)
      : log(to), name(std::move(what)), interval(pause), job(std::move(work)) {}

  /// What the next pause waits for; nothing when there shall be none.
  std::optional<runtime::OneShot<bool>> beginPause() {
    const std::lock_guard lock(mutex);
    if (stopping) return std::nullopt;
    return wake = runtime::OneShot<bool>();
  }

  telemetry::Log log;
  std::string name;
  Duration interval;
  Job job;

  std::mutex mutex;  // guards what follows
  bool started = false;
  bool running = false;  // the rounds' frame is there
  bool stopping = false;
  runtime::OneShot<bool> wake;  // ends the present pause: true for the next round, false to stop
  runtime::OneShot<bool> over;  // set when the last round has ended
};

/// Lives as long as the frame of the rounds: an executor that is stopped, or whose node is killed, ends them too.
class Periodic::Life {
 public:
  explicit Life(std::shared_ptr<State> state) : state_(std::move(state)) { set(true); }
  Life(Life&& other) noexcept = default;
  ~Life() {
    if (state_) set(false);
  }

 private:
  void set(bool running) {
    const std::lock_guard lock(state_->mutex);
    state_->running = running;
  }

  std::shared_ptr<State> state_;
};

Periodic::Periodic(runtime::Environment& environment, const telemetry::Log& log, std::string name, Duration interval,
                   Job job)
    : environment_(environment), state_(std::make_shared<State>(log, std::move(name), interval, std::move(job))) {}

Periodic::~Periodic() {
  const std::lock_guard lock(state_->mutex);
  KONTOR_ASSERT(!state_->running || state_->stopping, "periodic work is stopped before it is destroyed");
}

void Periodic::start() {
  {
    const std::lock_guard lock(state_->mutex);
    KONTOR_ASSERT(!state_->started, "periodic work is started once");
    state_->started = true;
  }
  environment_.background().spawn(rounds(state_, Life(state_)));
}

task<void> Periodic::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->started || state_->stopping) co_return;
    state_->stopping = true;
    state_->wake.setValue(false);
  }
  // Named: GCC 12 reads the way to an operand once more after the wait, from a frame that is gone.
  const auto over = state_->over;
  co_await over;
}

task<void> Periodic::rounds(std::shared_ptr<State> state, Life) {
  while (true) {
    co_await oneRound(*state);
    const std::optional<runtime::OneShot<bool>> wake = state->beginPause();
    if (!wake) break;
    runtime::Executor& here = runtime::Executor::current();
    const runtime::TimerId timer = here.after(state->interval, [shot = *wake] { shot.setValue(true); });
    const bool go_on = co_await *wake;
    here.cancel(timer);
    if (!go_on) break;
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
