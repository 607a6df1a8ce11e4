#include "chassis/app/periodic.hpp"

#include <gtest/gtest.h>

#include "chassis/base/error.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/telemetry/log.hpp"

namespace kontor::app {
namespace {

using namespace std::chrono_literals;

class Lines final : public telemetry::LogSink {
 public:
  void write(std::string_view line) noexcept override { text.append(line); }
  std::string text;
};

// One node in virtual time, with a log that can be read.
struct Bench {
  runtime::Simulation simulation{1};
  std::size_t node = simulation.addNode();
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  telemetry::Log log{telemetry::Log::Options(), lines, simulation.environment(node).clock()};

  void stop(Periodic& periodic) {
    bool ended = false;
    const auto wait = [](Periodic& what, bool& over) -> task<void> {
      co_await what.stop();
      over = true;
    };
    simulation.environment(node).background().spawn(wait(periodic, ended));
    EXPECT_TRUE(simulation.runUntil([&] { return ended; }, 1h));
  }
};

TEST(Periodic, RunsAtOnceThenAfterEachPauseUntilStopped) {
  Bench bench;
  int rounds = 0;
  Periodic periodic(bench.simulation.environment(bench.node), bench.log, "sweep", 10s, [&]() -> task<void> {
    ++rounds;
    co_await runtime::sleep(1s);
  });
  periodic.start();
  bench.simulation.runFor(500ms);
  EXPECT_EQ(rounds, 1);
  bench.simulation.runFor(32s);
  EXPECT_EQ(rounds, 3);
  bench.stop(periodic);
  bench.simulation.runFor(60s);
  EXPECT_EQ(rounds, 3);
}

TEST(Periodic, StopWaitsForTheRunningRoundAndNotForThePause) {
  Bench bench;
  bool done = false;
  Periodic periodic(bench.simulation.environment(bench.node), bench.log, "sweep", 10h, [&]() -> task<void> {
    co_await runtime::sleep(5s);
    done = true;
  });
  periodic.start();
  bench.simulation.runFor(1s);
  bench.stop(periodic);
  EXPECT_TRUE(done);
  EXPECT_LT(bench.simulation.elapsed(), 6s);
  bench.stop(periodic);  // once more changes nothing
}

TEST(Periodic, GoesOnAfterARoundThatFailed) {
  Bench bench;
  int rounds = 0;
  Periodic periodic(bench.simulation.environment(bench.node), bench.log, "cart sweep", 1s, [&]() -> task<void> {
    if (++rounds == 1) throw Error(Code::kUnavailable, "STORE_FULL", "the disk is full");
    co_return;
  });
  periodic.start();
  bench.simulation.runFor(1500ms);
  bench.stop(periodic);
  EXPECT_EQ(rounds, 2);
  EXPECT_NE(bench.lines->text.find("STORE_FULL"), std::string::npos);
  EXPECT_NE(bench.lines->text.find("cart sweep"), std::string::npos);
}

TEST(Periodic, OfADeadProcessIsOver) {
  Bench bench;
  int rounds = 0;
  Periodic periodic(bench.simulation.environment(bench.node), bench.log, "sweep", 1s, [&]() -> task<void> {
    ++rounds;
    co_return;
  });
  periodic.start();
  bench.simulation.runFor(1500ms);
  bench.simulation.kill(bench.node);
  EXPECT_EQ(rounds, 2);
}

TEST(Periodic, ThatWasNeverStartedStopsAtOnce) {
  Bench bench;
  Periodic periodic(bench.simulation.environment(bench.node), bench.log, "sweep", 1s,
                    []() -> task<void> { co_return; });
  bench.stop(periodic);
}

}  // namespace
}  // namespace kontor::app
