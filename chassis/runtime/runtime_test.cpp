#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>

#include "chassis/runtime/deadline.hpp"
#include "chassis/runtime/loop.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/runtime/simulation.hpp"

namespace kontor::runtime {
namespace {

using namespace std::chrono_literals;

task<int> answer(int value) { co_return value; }

task<int> later(int value) {
  co_await yield();
  co_return value;
}

task<int> failing() {
  throw Error(Code::kNotFound, "nothing here");
  co_return 0;
}

TEST(Task, ReadyChildrenDoNotGrowTheStack) {
  auto loop = []() -> task<long> {
    long sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await answer(1);
    co_return sum;
  };
  EXPECT_EQ(loop().runReady(), 1'000'000);
}

TEST(Task, CarriesFailuresToTheAwaiter) {
  auto body = []() -> task<bool> {
    try {
      co_await failing();
    } catch (const Error& error) {
      co_return error.code() == Code::kNotFound;
    }
    co_return false;
  };
  EXPECT_TRUE(body().runReady());
}

TEST(Task, SuspendedChildrenResumeTheirParentsOnTheLoop) {
  RealEnvironment environment(1);
  long sum = 0;
  auto body = [](long& total) -> task<void> {
    for (int i = 0; i < 10'000; ++i) total += co_await later(1);
  };
  runBlocking(environment.background(), body(sum));
  EXPECT_EQ(sum, 10'000);
}

TEST(Task, BegunInPlaceEndsThereOrIsAwaitedLater) {
  task<int> ready = answer(3);
  EXPECT_TRUE(ready.begin());
  EXPECT_TRUE(ready.begin()) << "to begin again does nothing";
  EXPECT_EQ(ready.runReady(), 3);

  Simulation world(7);
  Executor& node = world.environment(world.addNode()).background();
  int seen = 0;
  auto body = [](int& into) -> task<void> {
    task<int> waiting = later(4);
    EXPECT_FALSE(waiting.begin());
    into = co_await waiting;
    task<int> dropped = later(5);
    EXPECT_FALSE(dropped.begin());
    co_await sleep(1s);
    EXPECT_TRUE(dropped.begin()) << "it ended by itself meanwhile";
    into += co_await dropped;
  };
  node.spawn(body(seen));
  EXPECT_TRUE(world.runUntil([&] { return seen == 9; }, 2s));
}

TEST(SystemRandom, GivesNoByteTwice) {
  RealEnvironment environment(1);
  std::set<std::array<std::uint8_t, 8>> small;
  for (int i = 0; i < 10'000; ++i) {
    std::array<std::uint8_t, 8> bytes{};
    environment.random().fill(bytes);
    EXPECT_TRUE(small.insert(bytes).second) << "the reserve was given out twice";
  }
  std::array<std::uint8_t, 4096> large{};
  environment.random().fill(large);
  EXPECT_GT(std::set<std::uint8_t>(large.begin(), large.end()).size(), 250U);
}

TEST(OneShot, CrossesThreads) {
  RealEnvironment environment(2);
  OneShot<int> shot;
  int seen = 0;
  auto waiter = [](OneShot<int> from, int& into) -> task<void> { into = co_await from; };
  environment.loops()[1]->post([shot] { shot.setValue(42); });
  runBlocking(environment.background(), waiter(shot, seen));
  EXPECT_EQ(seen, 42);
}

TEST(Loop, FiresTimersInOrderAndNotTheCancelled) {
  RealEnvironment environment(1);
  std::vector<int> fired;
  auto body = [](std::vector<int>& order) -> task<void> {
    Executor& here = Executor::current();
    here.after(20ms, [&order] { order.push_back(2); });
    here.after(10ms, [&order] { order.push_back(1); });
    here.cancel(here.after(15ms, [&order] { order.push_back(9); }));
    co_await sleep(30ms);
  };
  runBlocking(environment.background(), body(fired));
  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
}

TEST(Deadline, EndsTheWaitButNotTheWork) {
  Simulation world(7);
  Executor& node = world.environment(world.addNode()).background();
  bool finished = false;
  bool refused = false;
  auto slow = [](bool& done) -> task<int> {
    co_await sleep(5s);
    done = true;
    co_return 1;
  };
  auto caller = [](task<int> work, Executor& here, bool& failed) -> task<void> {
    try {
      co_await withDeadline(std::move(work), here.now() + 1s);
    } catch (const Error& error) {
      failed = error.code() == Code::kDeadlineExceeded && error.mayHaveRun();
    }
  };
  node.spawn(caller(slow(finished), node, refused));
  EXPECT_TRUE(world.runUntil([&] { return refused; }, 2s));
  EXPECT_FALSE(finished);
  EXPECT_TRUE(world.runUntil([&] { return finished; }, 10s));
}

TEST(Deadline, PassesAnswersThroughInTime) {
  Simulation world(7);
  Executor& node = world.environment(world.addNode()).background();
  int seen = 0;
  auto caller = [](Executor& here, int& into) -> task<void> {
    into += co_await withDeadline(answer(1), here.now() + 1s);
    into += co_await withDeadline(later(2), here.now() + 1s);
  };
  node.spawn(caller(node, seen));
  EXPECT_TRUE(world.runUntil([&] { return seen == 3; }, 1ms));
}

// Two services in virtual time: `shop` places orders and retries over a lossy link, `bank` charges them once by their
// id. With the dedupe taken out, the retries of lost answers charge twice.
class TwoServices {
 public:
  TwoServices(std::uint64_t seed, bool dedupe) : world_(seed), dedupe_(dedupe) {
    shop_ = world_.addNode();
    bank_ = world_.addNode();
  }

  std::uint64_t run() {
    for (int order = 0; order < 5; ++order) executor(shop_).spawn(place(order));
    EXPECT_TRUE(world_.runUntil([this] { return placed_ == 5; }, 60s));
    return world_.trace();
  }

  bool chargedTwice() const {
    return std::any_of(charges_.begin(), charges_.end(), [](const auto& entry) { return entry.second > 1; });
  }

 private:
  Executor& executor(std::size_t node) { return world_.environment(node).background(); }

  task<void> charge(int order, OneShot<bool> reply) {
    co_await sleep(Duration(world_.random().below(2'000)));
    if (!dedupe_ || charges_[order] == 0) ++charges_[order];
    if (!world_.random().chance(0.3)) reply.setValue(true);
  }

  static task<bool> wait(OneShot<bool> reply) { co_return co_await reply; }

  task<void> place(int order) {
    for (;;) {
      OneShot<bool> reply;
      if (!world_.random().chance(0.3)) executor(bank_).spawn(charge(order, reply));
      try {
        co_await withDeadline(wait(reply), executor(shop_).now() + 10ms);
        ++placed_;
        co_return;
      } catch (const Error&) {
        world_.note(static_cast<std::uint64_t>(order));
      }
    }
  }

  Simulation world_;
  bool dedupe_;
  std::size_t shop_ = 0;
  std::size_t bank_ = 0;
  std::map<int, int> charges_;
  int placed_ = 0;
};

TEST(Simulation, SameSeedSameTrace) {
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    EXPECT_EQ(TwoServices(seed, true).run(), TwoServices(seed, true).run()) << seed;
}

TEST(Simulation, SeedsDiffer) {
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 0; seed < 100; ++seed) traces.insert(TwoServices(seed, true).run());
  EXPECT_GT(traces.size(), 50U);
}

TEST(Simulation, FindsAMissingDedupe) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    TwoServices sound(seed, true);
    sound.run();
    EXPECT_FALSE(sound.chargedTwice()) << seed;
    TwoServices broken(seed, false);
    broken.run();
    found += broken.chargedTwice() ? 1 : 0;
  }
  EXPECT_GT(found, 0);
}

TEST(Simulation, AKilledNodeRunsNothingMore) {
  Simulation world(3);
  const std::size_t node = world.addNode();
  world.addNode();
  int ticks = 0;
  auto ticking = [](int& count) -> task<void> {
    for (;;) {
      co_await sleep(1s);
      ++count;
    }
  };
  world.environment(node).background().spawn(ticking(ticks));
  world.runFor(10s);
  const int before = ticks;
  EXPECT_GE(before, 9);
  Executor& past_life = world.environment(node).background();
  world.kill(node);
  past_life.post([&ticks] { ticks = -1; });
  world.restart(node);
  world.runFor(10s);
  EXPECT_EQ(ticks, before);
}

}  // namespace
}  // namespace kontor::runtime
