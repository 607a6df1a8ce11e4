#include "chassis/bus/relay.hpp"

#include <gtest/gtest.h>

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/testing/lossy_vfs.hpp"

namespace kontor::bus {
namespace {

using namespace std::chrono_literals;

// A bus that remembers, and fails when it is told to: before it took the events, or after (a lost answer).
class FakeBus final : public Bus {
 public:
  task<void> publish(std::vector<store::StoredEvent> events) override {
    ++calls;
    largest = std::max(largest, events.size());
    const bool fails = failures > 0;
    if (fails) --failures;
    if (fails && !answer_is_lost) throw Error(Code::kUnavailable, "BROKER_DOWN", "no broker");
    for (auto& stored : events) taken.push_back(std::move(stored));
    if (fails) throw Error(Code::kUnavailable, "BROKER_DOWN", "no answer");
    co_return;
  }
  void subscribe(Subscription) override {}
  void start() override {}
  task<void> stop() override { co_return; }
  Journal& journal() override { throw Error(Code::kUnimplemented, "a relay only publishes"); }

  int calls = 0;
  std::size_t largest = 0;
  int failures = 0;
  bool answer_is_lost = false;
  std::vector<store::StoredEvent> taken;
};

// A store and a relay to the fake bus, in virtual time.
class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    node_ = world_.addNode();
    open();
  }
  ~RelayTest() override { world_.kill(node_); }

  runtime::Environment& environment() { return world_.environment(node_); }

  void open() {
    store::sqlite::Options options;
    options.service = "order";
    options.file = "order.db";
    options.vfs = disk_.name();
    store_ = store::sqlite::open(environment(), sealer_, options, {});
    relay_ = std::make_unique<Relay>(environment(), *store_, bus_);
  }

  void crash() {
    world_.kill(node_);
    relay_.reset();
    store_.reset();
    disk_.processKill();
    world_.restart(node_);
    open();
  }

  // One transaction that emits `count` events of one subject.
  void emit(int count) {
    bool done = false;
    auto work = [](store::SqlStore& on, int events, bool& ended) -> task<void> {
      co_await on.transact(rpc::Context(), [events](store::Transaction& tx) -> task<void> {
        for (int i = 0; i < events; ++i) {
          store::Event event{"order", "order.placed", "o1", "kontor.order.v1.OrderPlaced", std::to_string(i)};
          co_await tx.emit(std::move(event));
        }
      });
      ended = true;
    };
    environment().background().spawn(work(*store_, count, done));
    EXPECT_TRUE(world_.runUntil([&done] { return done; }, 1s));
  }

  bool emptied(Duration within) {
    return world_.runUntil([this] { return unsent() == 0; }, within);
  }
  std::int64_t unsent() { return store_->query("SELECT COUNT(*) FROM outbox", {}).runReady().at(0).int64(0); }

  testing::LossyDisk disk_{"relay", 1};
  runtime::Simulation world_{1};
  std::size_t node_ = 0;
  runtime::SeededRandom random_{1};
  security::Sealer sealer_{"k1", std::string(32, 'k'), random_};
  FakeBus bus_;
  std::unique_ptr<store::SqlStore> store_;
  std::unique_ptr<Relay> relay_;
};

TEST_F(RelayTest, SendsAtOnceInOrderAndInBatches) {
  relay_->start();
  emit(600);
  ASSERT_TRUE(emptied(1s)) << "a commit that emitted did not wake the relay";
  ASSERT_EQ(bus_.taken.size(), 600U);
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_EQ(bus_.taken[i].event.data, std::to_string(i));
    EXPECT_EQ(bus_.taken[i].sequence, static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(bus_.taken[0].source, "order");
  EXPECT_EQ(bus_.largest, 256U);
}

TEST_F(RelayTest, BeginsWithWhatACrashLeft) {
  emit(3);
  crash();
  EXPECT_EQ(unsent(), 3);
  relay_->start();
  ASSERT_TRUE(emptied(1s));
  EXPECT_EQ(bus_.taken.size(), 3U);
}

TEST_F(RelayTest, OutlivesAFailingBusWithPauses) {
  bus_.failures = 6;
  relay_->start();
  emit(2);
  world_.runFor(1s);
  EXPECT_GE(bus_.calls, 2);
  EXPECT_LE(bus_.calls, 5) << "it hammers a bus that is down";
  ASSERT_TRUE(emptied(30s));
  EXPECT_EQ(bus_.calls, 7);
  EXPECT_EQ(bus_.taken.size(), 2U);
}

TEST_F(RelayTest, SendsAgainWhatWasNotAnswered) {
  bus_.failures = 1;
  bus_.answer_is_lost = true;
  relay_->start();
  emit(2);
  ASSERT_TRUE(emptied(5s));
  ASSERT_EQ(bus_.taken.size(), 4U);
  EXPECT_EQ(bus_.taken[0].id, bus_.taken[2].id) << "a repetition is known by its id";
  EXPECT_EQ(bus_.taken[1].id, bus_.taken[3].id);
}

TEST_F(RelayTest, SendsNothingOnceItHasStopped) {
  relay_->start();
  bool stopped = false;
  auto stop = [](Relay& relay, bool& ended) -> task<void> {
    co_await relay.stop();
    ended = true;
  };
  environment().background().spawn(stop(*relay_, stopped));
  ASSERT_TRUE(world_.runUntil([&stopped] { return stopped; }, 1s));
  emit(2);
  world_.runFor(10s);
  EXPECT_EQ(bus_.calls, 0);
  EXPECT_EQ(unsent(), 2);
}

}  // namespace
}  // namespace kontor::bus
