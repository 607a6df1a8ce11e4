#include "services/order/runs.hpp"

#include <map>
#include <mutex>
#include <vector>

#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"

namespace kontor::order {
namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds(50);

}  // namespace

struct Runs::State {
  struct Run {
    int seats = 0;
    std::vector<runtime::OneShot<bool>> waiters;
  };
  std::mutex mutex;
  std::map<std::string, Run> runs;
};

struct Runs::Seat::Place {
  std::shared_ptr<State> state;
  std::string checkout_id;
};

Runs::Runs() : state_(std::make_shared<State>()) {}

Runs::Seat Runs::begin(std::string checkout_id) {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->runs[checkout_id].seats;
  }
  return Seat(std::make_shared<Seat::Place>(Seat::Place{state_, std::move(checkout_id)}));
}

Runs::Seat::~Seat() {
  if (place_ == nullptr) return;
  std::vector<runtime::OneShot<bool>> waiters;
  {
    const std::lock_guard lock(place_->state->mutex);
    const auto found = place_->state->runs.find(place_->checkout_id);
    if (--found->second.seats > 0) return;
    waiters = std::move(found->second.waiters);
    place_->state->runs.erase(found);
  }
  for (const auto& waiter : waiters) waiter.setValue(true);
}

task<void> Runs::wait(std::string checkout_id) const {
  runtime::OneShot<bool> ended;
  bool here = false;
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->runs.find(checkout_id);
    here = found != state_->runs.end();
    if (here) found->second.waiters.push_back(ended);
  }
  if (here) {
    co_await ended;
  } else {
    co_await runtime::sleep(kLookAgain);
  }
}

}  // namespace kontor::order
