#include "chassis/testing/worlds.hpp"

#include <exception>
#include <future>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/loop.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/runtime/simulation.hpp"

namespace kontor::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

class RealWorld final : public World {
 public:
  explicit RealWorld(unsigned loops) : environment_(loops) {}

  runtime::Environment& environment() override { return environment_; }

  void run(std::vector<task<void>> work) override {
    std::vector<std::future<void>> ends;
    for (std::size_t i = 0; i < work.size(); ++i) {
      std::promise<void> end;
      ends.push_back(end.get_future());
      const auto& loops = environment_.loops();
      loops[i % loops.size()]->spawn(fulfil(std::move(work[i]), std::move(end)));
    }
    for (auto& end : ends) KONTOR_ASSERT(end.wait_for(kPatience) == std::future_status::ready, "a test hangs");
    for (auto& end : ends) end.get();
  }

  bool waitUntil(std::function<bool()> done) override {
    bool held = false;
    run(watch(std::move(done), held));
    return held;
  }

 private:
  using World::run;

  static task<void> fulfil(task<void> work, std::promise<void> end) {
    try {
      co_await work;
      end.set_value();
    } catch (...) {
      end.set_exception(std::current_exception());
    }
  }

  static task<void> watch(std::function<bool()> done, bool& held) {
    const SteadyTime end = runtime::Executor::current().now() + kPatience / 2;
    while (!(held = done()) && runtime::Executor::current().now() < end) co_await runtime::sleep(1ms);
  }

  runtime::RealEnvironment environment_;
};

class SimulatedWorld final : public World {
 public:
  explicit SimulatedWorld(std::uint64_t seed) : simulation_(seed), node_(simulation_.addNode()) {}

  runtime::Environment& environment() override { return simulation_.environment(node_); }

  void run(std::vector<task<void>> work) override {
    std::size_t left = work.size();
    std::exception_ptr failure;
    for (task<void>& piece : work) environment().background().spawn(note(std::move(piece), left, failure));
    KONTOR_ASSERT(simulation_.runUntil([&] { return left == 0; }, kPatience), "a test hangs");
    if (failure) std::rethrow_exception(failure);
  }

  bool waitUntil(std::function<bool()> done) override { return simulation_.runUntil(done, kPatience); }

 private:
  using World::run;

  static task<void> note(task<void> work, std::size_t& left, std::exception_ptr& failure) {
    try {
      co_await work;
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
    --left;
  }

  runtime::Simulation simulation_;
  std::size_t node_;
};

}  // namespace

std::unique_ptr<World> realWorld(unsigned loops) { return std::make_unique<RealWorld>(loops); }
std::unique_ptr<World> simulatedWorld(std::uint64_t seed) { return std::make_unique<SimulatedWorld>(seed); }

}  // namespace kontor::testing
