#include "chassis/bus/bus_contract_test.hpp"

#include <atomic>
#include <map>
#include <set>

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::bus {

using namespace std::chrono_literals;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BusContract);

store::StoredEvent eventOf(const std::string& subject, std::int64_t sequence) {
  store::StoredEvent stored;
  stored.id = "evt_" + subject + "_" + std::to_string(sequence);
  stored.source = "order";
  stored.event.topic = "order";
  stored.event.type = sequence % 2 == 1 ? "order.placed" : "order.changed";
  stored.event.subject = subject;
  stored.event.schema = "kontor.order.v1.Some";
  stored.event.data = "{\"n\":" + std::to_string(sequence) + "}";
  stored.time = fromMicros(1'767'225'600'000'000 + sequence);
  stored.sequence = sequence;
  stored.traceparent = "00-abababababababababababababababab-cdcdcdcdcdcdcdcd-01";
  return stored;
}

void BusContract::stop() {
  if (!std::exchange(stopped_, true)) bench_->world().run(bus().stop());
}

std::vector<DeadLetter> BusContract::letters() { return get(bus().journal().deadLetters("", "", "", 1000)); }

bool BusContract::comesTrue(const std::function<bool()>& done) {
  auto rest = []() -> task<void> { co_await runtime::sleep(5ms); };
  for (int i = 0; i < 2000; ++i) {
    if (done()) return true;
    bench_->world().run(rest());
  }
  return false;
}

void BusContract::remember(const std::string& group, Seen& seen) {
  Subscription subscription{group, "order", {}, 5, {}};
  subscription.handler = [&seen](const store::StoredEvent& event) -> task<void> {
    seen.add(event);
    co_return;
  };
  bus().subscribe(std::move(subscription));
}

namespace {

// The sequences of each subject in the order in which they were seen.
std::map<std::string, std::vector<std::int64_t>> sequencesOf(const Seen& seen) {
  std::map<std::string, std::vector<std::int64_t>> sequences;
  for (const store::StoredEvent& stored : seen.events()) sequences[stored.event.subject].push_back(stored.sequence);
  return sequences;
}

TEST(Partition, IsStableAndSpreads) {
  // FNV-1a's own test vectors, modulo 16: "" is cbf29ce484222325, "a" af63dc4c8601ec8c, "foobar" 85944171f73967e8.
  EXPECT_EQ(partitionOf(""), 5);
  EXPECT_EQ(partitionOf("a"), 12);
  EXPECT_EQ(partitionOf("foobar"), 8);
  std::set<int> used;
  for (int i = 0; i < 200; ++i) used.insert(partitionOf("order_" + std::to_string(i)));
  EXPECT_EQ(used.size(), static_cast<std::size_t>(kPartitions));
}

TEST_P(BusContract, DeliversAllInTheOrderOfEachSubject) {
  Seen seen;
  remember("stock", seen);
  bus().start();
  for (std::int64_t sequence = 1; sequence <= 8; ++sequence) {
    std::vector<store::StoredEvent> batch;
    batch.reserve(25);
    for (int subject = 0; subject < 25; ++subject) batch.push_back(eventOf("o" + std::to_string(subject), sequence));
    publish(std::move(batch));
  }
  ASSERT_TRUE(waitFor([&] { return seen.count() == 200; })) << seen.count();
  const auto sequences = sequencesOf(seen);
  EXPECT_EQ(sequences.size(), 25U);
  for (const auto& [subject, order] : sequences)
    EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8})) << subject;
}

TEST_P(BusContract, KeepsAnEventAsItWas) {
  Seen seen;
  remember("stock", seen);
  bus().start();
  const store::StoredEvent sent = eventOf("o1", 3);
  publish(sent);
  ASSERT_TRUE(waitFor([&] { return seen.count() == 1; }));
  const store::StoredEvent got = seen.events().at(0);
  EXPECT_EQ(got.id, sent.id);
  EXPECT_EQ(got.source, sent.source);
  EXPECT_EQ(got.event.topic, sent.event.topic);
  EXPECT_EQ(got.event.type, sent.event.type);
  EXPECT_EQ(got.event.schema, sent.event.schema);
  EXPECT_EQ(got.event.data, sent.event.data);
  EXPECT_EQ(got.time, sent.time);
  EXPECT_EQ(got.traceparent, sent.traceparent);
}

TEST_P(BusContract, EachGroupSeesAllAndANewOneFromTheOldest) {
  publish({eventOf("o1", 1), eventOf("o2", 1)});
  Seen stock;
  Seen mail;
  remember("stock", stock);
  remember("mail", mail);
  bus().start();
  publish({eventOf("o1", 2)});
  EXPECT_TRUE(waitFor([&] { return stock.count() == 3 && mail.count() == 3; })) << stock.count() << mail.count();
}

TEST_P(BusContract, DeliversOnlyTheTypesThatWereAskedFor) {
  Seen placed;
  Subscription subscription{"stock", "order", {"order.placed"}, 5, {}};
  subscription.handler = [&placed](const store::StoredEvent& event) -> task<void> {
    placed.add(event);
    co_return;
  };
  bus().subscribe(std::move(subscription));
  bus().start();
  publish({eventOf("o1", 1), eventOf("o1", 2), eventOf("o1", 3)});
  ASSERT_TRUE(waitFor([&] { return placed.count() == 2; }));
  EXPECT_EQ(sequencesOf(placed)["o1"], (std::vector<std::int64_t>{1, 3}));
}

TEST_P(BusContract, AnEventIsOneHoweverOftenItIsPublished) {
  Seen seen;
  remember("stock", seen);
  bus().start();
  publish({eventOf("o1", 1)});
  publish({eventOf("o1", 1), eventOf("o1", 2)});
  publish({eventOf("o1", 3)});
  ASSERT_TRUE(waitFor([&] { return seen.count() == 3; }));
  EXPECT_EQ(sequencesOf(seen)["o1"], (std::vector<std::int64_t>{1, 2, 3}));
}

// A handler that fails its first `failures` calls for one event.
struct Stubborn {
  std::string id;
  int failures;
  int calls = 0;
  Seen seen;

  Handler handler() {
    return [this](const store::StoredEvent& event) -> task<void> {
      if (event.id == id && ++calls <= failures) throw Error(Code::kUnavailable, "NOT_YET", "the door is closed");
      seen.add(event);
      co_return;
    };
  }
};

TEST_P(BusContract, AHandlerThatThrowsIsCalledAgain) {
  Stubborn stubborn{eventOf("o1", 1).id, 2, 0, {}};
  bus().subscribe({"stock", "order", {}, 5, stubborn.handler()});
  bus().start();
  publish({eventOf("o1", 1), eventOf("o1", 2)});
  ASSERT_TRUE(waitFor([&] { return stubborn.seen.count() == 2; }));
  EXPECT_EQ(stubborn.calls, 3);
  EXPECT_EQ(sequencesOf(stubborn.seen)["o1"], (std::vector<std::int64_t>{1, 2})) << "order is kept over the retries";
  EXPECT_TRUE(letters().empty());
}

TEST_P(BusContract, AnEventThatCannotBeHandledIsSetAside) {
  Stubborn stubborn{eventOf("o1", 1).id, 1000, 0, {}};
  bus().subscribe({"stock", "order", {}, 3, stubborn.handler()});
  bus().start();
  publish({eventOf("o1", 1), eventOf("o1", 2)});
  ASSERT_TRUE(waitFor([&] { return stubborn.seen.count() == 1; }));
  EXPECT_EQ(stubborn.calls, 3);
  EXPECT_EQ(stubborn.seen.events().at(0).sequence, 2) << "later events of the subject go on";
  const std::vector<DeadLetter> kept = letters();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].group, "stock");
  EXPECT_EQ(kept[0].event.id, eventOf("o1", 1).id);
  EXPECT_EQ(kept[0].event.event.data, eventOf("o1", 1).event.data);
  EXPECT_EQ(kept[0].reason, "NOT_YET: the door is closed");
  EXPECT_EQ(kept[0].attempts, 3);
  EXPECT_GT(kept[0].set_aside_at, Time());
  EXPECT_FALSE(kept[0].retrying);
}

TEST_P(BusContract, ARestartGoesOnWhereTheGroupWas) {
  Seen before;
  remember("stock", before);
  bus().start();
  publish({eventOf("o1", 1), eventOf("o2", 1)});
  ASSERT_TRUE(waitFor([&] { return before.count() == 2; }));
  bench_->reopen();
  publish({eventOf("o1", 2)});
  Seen after;
  remember("stock", after);
  bus().start();
  ASSERT_TRUE(waitFor([&] { return after.count() == 1; }));
  EXPECT_EQ(after.events().at(0).sequence, 2);
}

TEST_P(BusContract, StopWaitsForTheHandlerThatRuns) {
  bool begun = false;
  bool ended = false;
  Subscription subscription{"stock", "order", {}, 5, {}};
  subscription.handler = [&](const store::StoredEvent&) -> task<void> {
    begun = true;
    co_await runtime::sleep(30ms);
    ended = true;
  };
  bus().subscribe(std::move(subscription));
  bus().start();
  publish({eventOf("o1", 1)});
  ASSERT_TRUE(waitFor([&] { return begun; }));
  stop();
  EXPECT_TRUE(ended);
}

TEST_P(BusContract, StopsAtOnceAfterItsStart) {
  constexpr int kTimes = 100;  // what a start still does when the stop comes differs each time
  for (int i = 0; i < kTimes; ++i) {
    Seen seen;
    remember("stock", seen);
    remember("mail", seen);
    bus().start();
    bench_->reopen();
  }
  Seen seen;
  remember("stock", seen);
  bus().start();
  publish({eventOf("o1", 1)});
  EXPECT_TRUE(waitFor([&] { return seen.count() == 1; }));
  stop();  // before what the handler refers to goes
}

TEST_P(BusContract, AFailingPartitionHoldsUpNoOther) {
  Stubborn stubborn{eventOf("o1", 1).id, 1'000'000, 0, {}};
  bus().subscribe({"stock", "order", {}, 1'000'000, stubborn.handler()});
  bus().start();
  std::vector<store::StoredEvent> events{eventOf("o1", 1)};
  std::size_t others = 0;
  for (int i = 2; i < 60; ++i) {
    const std::string subject = "o" + std::to_string(i);
    if (partitionOf(subject) == partitionOf("o1")) continue;
    events.push_back(eventOf(subject, 1));
    ++others;
  }
  publish(std::move(events));
  EXPECT_TRUE(waitFor([&] { return stubborn.seen.count() == others; })) << stubborn.seen.count();
  EXPECT_LT(stubborn.calls, 20) << "it hammers a handler that fails";
  stop();  // before what the handler refers to goes
}

// A handler that does nothing until it is let go, and counts how many wait in it.
struct Gate {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<bool> open = false;
  Seen seen;

  Handler handler() {
    return [this](const store::StoredEvent& event) -> task<void> {
      const int now = ++inside;
      if (now > most) most = now;
      while (!open) co_await runtime::sleep(1ms);
      seen.add(event);
      --inside;
    };
  }
};

TEST_P(BusContract, ASlowGroupHoldsUpNeitherOthersNorPublishers) {
  Gate slow;
  Seen quick;
  bus().subscribe({"slow", "order", {}, 5, slow.handler()});
  remember("quick", quick);
  bus().start();
  for (std::int64_t sequence = 1; sequence <= 20; ++sequence) {
    std::vector<store::StoredEvent> batch;
    batch.reserve(50);
    for (int subject = 0; subject < 50; ++subject) batch.push_back(eventOf("o" + std::to_string(subject), sequence));
    publish(std::move(batch));
  }
  EXPECT_TRUE(waitFor([&] { return quick.count() == 1000; })) << quick.count();
  EXPECT_TRUE(waitFor([&] { return slow.inside > 0; }));
  EXPECT_EQ(slow.seen.count(), 0U);
  EXPECT_LE(slow.most, kPartitions) << "more events of the group are handled at a time than it has partitions";
  slow.open = true;
  EXPECT_TRUE(waitFor([&] { return slow.seen.count() == 1000; })) << slow.seen.count();
  for (const auto& [subject, order] : sequencesOf(slow.seen)) EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(BusContract, ManyPublishersLoseNothing) {
  Seen seen;
  remember("stock", seen);
  bus().start();
  auto publisher = [](Bus& to, std::string subject) -> task<void> {
    for (std::int64_t sequence = 1; sequence <= 20; ++sequence) {
      std::vector<store::StoredEvent> one;
      one.push_back(eventOf(subject, sequence));
      co_await to.publish(std::move(one));
    }
  };
  std::vector<task<void>> all;
  all.reserve(10);
  for (int i = 0; i < 10; ++i) all.push_back(publisher(bus(), "s" + std::to_string(i)));
  bench_->world().run(std::move(all));
  ASSERT_TRUE(waitFor([&] { return seen.count() == 200; })) << seen.count();
  for (const auto& [subject, order] : sequencesOf(seen)) EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace kontor::bus
