// What every bus promises to operators (journal.hpp): reading the log, replays, dead letters.

#include "chassis/bus/journal.hpp"

#include <atomic>
#include <set>

#include "chassis/base/error.hpp"
#include "chassis/bus/bus_contract_test.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::bus {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> idsOf(const std::vector<LoggedEvent>& events) {
  std::vector<std::string> ids;
  for (const LoggedEvent& logged : events) ids.push_back(logged.event.id);
  return ids;
}

std::vector<std::string> idsOf(const Seen& seen) {
  std::vector<std::string> ids;
  for (const store::StoredEvent& event : seen.events()) ids.push_back(event.id);
  return ids;
}

std::string id(const std::string& subject, std::int64_t sequence) { return eventOf(subject, sequence).id; }

EventFilter subject(const std::string& name) {
  EventFilter filter;
  filter.subject = name;
  return filter;
}

ReplayRequest replayOf(const std::string& name, const std::string& group = "",
                       ReplayMode mode = ReplayMode::kRedeliver) {
  ReplayRequest request;
  request.id = "rpl_" + name;
  request.group = group;
  request.mode = mode;
  return request;
}

template <class F>
std::string reasonOf(F action) {
  try {
    action();
  } catch (const Error& error) {
    return error.reason();
  }
  return "nothing was thrown";
}

// --- reading the log ------------------------------------------------------------------------------------------------

TEST_P(BusContract, TheLogIsReadInOrderFromAnyPlace) {
  publish({eventOf("o1", 1), eventOf("o2", 1), eventOf("o1", 2)});
  const EventPage first = get(bus().journal().follow({}, 0, 2, Duration(0)));
  EXPECT_EQ(idsOf(first.events), (std::vector<std::string>{id("o1", 1), id("o2", 1)}));
  EXPECT_TRUE(first.more);
  EXPECT_LT(first.events[0].position, first.events[1].position);
  const EventPage second = get(bus().journal().follow({}, first.position, 2, Duration(0)));
  EXPECT_EQ(idsOf(second.events), (std::vector<std::string>{id("o1", 2)}));
  EXPECT_FALSE(second.more);
  const EventPage third = get(bus().journal().follow({}, second.position, 2, Duration(0)));
  EXPECT_TRUE(third.events.empty());
  EXPECT_EQ(third.position, second.position);
}

TEST_P(BusContract, TheLogIsReadFromItsEndPageByPage) {
  std::vector<std::string> sent;
  for (std::int64_t sequence = 1; sequence <= 10; ++sequence) {
    publish(eventOf("o1", sequence));
    sent.insert(sent.begin(), id("o1", sequence));
  }
  std::vector<std::string> read;
  std::optional<std::int64_t> before;
  for (bool more = true; more;) {
    const EventPage page = get(bus().journal().newest({}, before, 3));
    for (const std::string& event : idsOf(page.events)) read.push_back(event);
    before = page.position;
    more = page.more;
  }
  EXPECT_EQ(read, sent);
}

TEST_P(BusContract, TheLogIsFiltered) {
  publish({eventOf("o1", 1), eventOf("o1", 2), eventOf("o2", 1), eventOf("o2", 2), eventOf("o2", 3)});
  auto read = [this](EventFilter filter) {
    const std::vector<std::string> forward = idsOf(get(bus().journal().follow(filter, 0, 10, Duration(0))).events);
    std::vector<std::string> backward = idsOf(get(bus().journal().newest(filter, {}, 10)).events);
    std::reverse(backward.begin(), backward.end());
    EXPECT_EQ(forward, backward);
    return forward;
  };
  EXPECT_EQ(read(subject("o1")), (std::vector<std::string>{id("o1", 1), id("o1", 2)}));
  EventFilter type;
  type.type = "order.placed";
  EXPECT_EQ(read(type), (std::vector<std::string>{id("o1", 1), id("o2", 1), id("o2", 3)}));
  EventFilter topic;
  topic.topic = "payment";
  EXPECT_TRUE(read(topic).empty());
  EventFilter window;
  window.from = eventOf("o1", 2).time;
  window.to = eventOf("o1", 3).time;
  EXPECT_EQ(read(window), (std::vector<std::string>{id("o1", 2), id("o2", 2)})) << "from is included, to is not";
}

TEST_P(BusContract, AFollowerWaitsForNews) {
  publish(eventOf("o1", 1));
  const std::int64_t end = get(bus().journal().follow({}, 0, 10, Duration(0))).position;
  std::optional<EventPage> heard;
  auto listen = [](Journal& journal, std::int64_t after, std::optional<EventPage>& page) -> task<void> {
    EventFilter wanted = subject("o2");
    page = co_await journal.follow(wanted, after, 10, 10s);
  };
  auto speak = [](Bus& to) -> task<void> {
    co_await runtime::sleep(20ms);
    std::vector<store::StoredEvent> other{eventOf("o1", 2)};
    co_await to.publish(std::move(other));
    co_await runtime::sleep(20ms);
    std::vector<store::StoredEvent> wanted{eventOf("o2", 1)};
    co_await to.publish(std::move(wanted));
  };
  std::vector<task<void>> both;
  both.push_back(listen(bus().journal(), end, heard));
  both.push_back(speak(bus()));
  bench_->world().run(std::move(both));
  EXPECT_EQ(idsOf(heard->events), (std::vector<std::string>{id("o2", 1)})) << "the other subject's event is no news";
}

TEST_P(BusContract, AFollowerWaitsNoLongerThanItSaid) {
  const EventPage page = get(bus().journal().follow({}, 0, 10, 30ms));
  EXPECT_TRUE(page.events.empty());
  EXPECT_FALSE(page.more);
}

TEST_P(BusContract, FollowersAreLetGoBeforeTheEnd) {
  auto listen = [](Journal& journal) -> task<void> {
    EventFilter all;
    co_await journal.follow(all, 0, 10, 300s);
  };
  auto end = [](Journal& journal) -> task<void> {
    co_await runtime::sleep(20ms);
    journal.endFollowing();
  };
  std::vector<task<void>> all;
  all.push_back(listen(bus().journal()));
  all.push_back(end(bus().journal()));
  bench_->world().run(std::move(all));  // ends only when the follower does
  EXPECT_TRUE(get(bus().journal().follow({}, 0, 10, 300s)).events.empty());
}

TEST_P(BusContract, FollowersAreBounded) {
  std::atomic<int> refused = 0;
  auto listen = [](Journal& journal, std::atomic<int>& count) -> task<void> {
    try {
      EventFilter all;
      co_await journal.follow(all, 0, 10, 1s);
    } catch (const Error& error) {
      if (error.reason() == "TOO_MANY_FOLLOWERS") ++count;
    }
  };
  std::vector<task<void>> all;
  for (int i = 0; i < 200; ++i) all.push_back(listen(bus().journal(), refused));
  bench_->world().run(std::move(all));
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 200);
}

// --- replays --------------------------------------------------------------------------------------------------------

TEST_P(BusContract, ARedeliveryHandsOutTheSameEventsToOneGroup) {
  Seen stock;
  Seen mail;
  remember("stock", stock);
  remember("mail", mail);
  bus().start();
  publish({eventOf("o1", 1), eventOf("o2", 1), eventOf("o1", 2)});
  ASSERT_TRUE(waitFor([&] { return stock.count() == 3 && mail.count() == 3; }));
  ReplayRequest request = replayOf("1", "stock");
  request.filter = subject("o1");
  const Replay begun = get(bus().journal().replay(request));
  EXPECT_EQ(begun.groups, (std::vector<std::string>{"stock"}));
  ASSERT_TRUE(waitFor([&] { return stock.count() == 5; })) << stock.count();
  std::vector<std::string> ids = idsOf(stock);
  ids.erase(ids.begin(), ids.begin() + 3);
  EXPECT_EQ(ids, (std::vector<std::string>{id("o1", 1), id("o1", 2)})) << "the same ids, so that inboxes know them";
  EXPECT_EQ(mail.count(), 3U) << "another group was handed events that were not meant for it";
}

TEST_P(BusContract, ARedeliveryMayBeMeantForAllGroupsAndForATime) {
  Seen stock;
  Seen mail;
  remember("stock", stock);
  remember("mail", mail);
  bus().start();
  for (std::int64_t sequence = 1; sequence <= 4; ++sequence)
    publish({eventOf("o1", sequence), eventOf("o2", sequence)});
  ASSERT_TRUE(waitFor([&] { return stock.count() == 8 && mail.count() == 8; }));
  ReplayRequest request = replayOf("1");
  request.filter.from = eventOf("o1", 2).time;
  request.filter.to = eventOf("o1", 4).time;
  get(bus().journal().replay(request));
  ASSERT_TRUE(waitFor([&] { return stock.count() == 12 && mail.count() == 12; })) << stock.count() << mail.count();
  for (const store::StoredEvent& event : stock.events())
    EXPECT_TRUE(event.sequence >= 1 && event.sequence <= 4) << event.id;
  std::optional<Replay> done;
  ASSERT_TRUE(waitFor([&] { return stock.count() == 12; }));
  ASSERT_TRUE(comesTrue([&] {
    done = get(bus().journal().findReplay("rpl_1"));
    return done && !done->running;
  }));
  EXPECT_EQ(done->delivered, 8);
  EXPECT_EQ(done->groups, (std::vector<std::string>{"mail", "stock"}));
}

TEST_P(BusContract, ARedeliveryMayBeMeantForPositions) {
  Seen stock;
  remember("stock", stock);
  bus().start();
  publish({eventOf("o1", 1), eventOf("o1", 2), eventOf("o1", 3), eventOf("o1", 4)});
  ASSERT_TRUE(waitFor([&] { return stock.count() == 4; }));
  const EventPage log = get(bus().journal().follow({}, 0, 10, Duration(0)));
  ReplayRequest request = replayOf("1", "stock");
  request.first = log.events.at(1).position;
  request.last = log.events.at(2).position;
  get(bus().journal().replay(request));
  ASSERT_TRUE(waitFor([&] { return stock.count() == 6; })) << stock.count();
  std::vector<std::string> ids = idsOf(stock);
  ids.erase(ids.begin(), ids.begin() + 4);
  EXPECT_EQ(ids, (std::vector<std::string>{id("o1", 2), id("o1", 3)}));
}

TEST_P(BusContract, AskingTwiceUnderOneIdIsAskingOnce) {
  Seen stock;
  remember("stock", stock);
  bus().start();
  publish({eventOf("o1", 1)});
  ASSERT_TRUE(waitFor([&] { return stock.count() == 1; }));
  get(bus().journal().replay(replayOf("1", "stock")));
  get(bus().journal().replay(replayOf("1", "stock")));
  publish({eventOf("o1", 2)});
  ASSERT_TRUE(waitFor([&] { return stock.count() >= 3; }));
  EXPECT_EQ(idsOf(stock), (std::vector<std::string>{id("o1", 1), id("o1", 1), id("o1", 2)}));
}

TEST_P(BusContract, AgainIsNewToEveryInbox) {
  Seen stock;
  remember("stock", stock);
  bus().start();
  publish({eventOf("o1", 1), eventOf("o1", 2)});
  ASSERT_TRUE(waitFor([&] { return stock.count() == 2; }));
  get(bus().journal().replay(replayOf("1", "stock", ReplayMode::kAgain)));
  ASSERT_TRUE(waitFor([&] { return stock.count() == 4; }));
  const std::vector<store::StoredEvent> seen = stock.events();
  const std::vector<std::string> ids = idsOf(stock);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 4U);
  EXPECT_EQ(ids[2], id("o1", 1) + "~rpl_1");
  EXPECT_EQ(seen[3].event.data, seen[1].event.data);
  EXPECT_EQ(seen[3].sequence, 2);
}

TEST_P(BusContract, ReplaysThatCannotBeMeantAreRefused) {
  Seen stock;
  remember("stock", stock);
  bus().start();
  publish({eventOf("o1", 1)});
  ASSERT_TRUE(waitFor([&] { return stock.count() == 1; }));
  Journal& journal = bus().journal();
  EXPECT_EQ(reasonOf([&] { get(journal.replay(replayOf("1", "stocks"))); }), "UNKNOWN_GROUP");
  EXPECT_EQ(reasonOf([&] { get(journal.replay(replayOf("2", "", ReplayMode::kAgain))); }), "GROUP_REQUIRED");
  EXPECT_FALSE(get(journal.findReplay("rpl_1")));
}

TEST_P(BusContract, NewEventsWaitBehindAReplay) {
  Seen stock;
  std::atomic<bool> slow = false;
  bus().subscribe({"stock", "order", {}, 5, [&](const store::StoredEvent& event) -> task<void> {
                     if (slow) co_await runtime::sleep(5ms);
                     stock.add(event);
                   }});
  bus().start();
  for (std::int64_t sequence = 1; sequence <= 10; ++sequence) publish(eventOf("o1", sequence));
  ASSERT_TRUE(waitFor([&] { return stock.count() == 10; }));
  slow = true;
  get(bus().journal().replay(replayOf("1", "stock")));
  publish(eventOf("o1", 11));
  ASSERT_TRUE(waitFor([&] { return stock.count() == 21; })) << stock.count();
  std::vector<std::int64_t> order;
  for (const store::StoredEvent& event : stock.events()) order.push_back(event.sequence);
  EXPECT_TRUE(std::is_sorted(order.begin() + 10, order.end())) << "the new event overtook the replay";
}

TEST_P(BusContract, AReplayGoesOnAfterARestart) {
  Seen before;
  remember("stock", before);
  bus().start();
  for (std::int64_t sequence = 1; sequence <= 10; ++sequence) publish(eventOf("o1", sequence));
  ASSERT_TRUE(waitFor([&] { return before.count() == 10; }));
  bench_->reopen();
  std::atomic<int> calls = 0;
  Seen during;
  bus().subscribe({"stock", "order", {}, 1'000'000, [&](const store::StoredEvent& event) -> task<void> {
                     if (++calls > 4) throw Error(Code::kUnavailable, "NOT_NOW", "the door is closed");
                     during.add(event);
                     co_return;
                   }});
  bus().start();
  publish(eventOf("o2", 1));  // once this one is seen, the group has joined
  ASSERT_TRUE(waitFor([&] { return during.count() == 1; }));
  get(bus().journal().replay(replayOf("1", "stock", ReplayMode::kAgain)));
  ASSERT_TRUE(waitFor([&] { return calls > 4; }));
  bench_->reopen();
  Seen after;
  remember("stock", after);
  bus().start();
  ASSERT_TRUE(waitFor([&] { return before.count() + during.count() + after.count() >= 10 + 1 + 11; }));
  std::set<std::string> replayed;
  for (const Seen* part : {&during, &after})
    for (const std::string& event : idsOf(*part))
      if (event.find('~') != std::string::npos) replayed.insert(event);
  EXPECT_EQ(replayed.size(), 11U) << "a restart must neither lose the rest of a replay nor rename it";
}

// --- dead letters ---------------------------------------------------------------------------------------------------

// Fails for every event until it is mended.
struct Broken {
  std::atomic<bool> mended = false;
  std::atomic<int> failures = 0;
  Seen seen;

  Handler handler() {
    return [this](const store::StoredEvent& event) -> task<void> {
      if (!mended) {
        ++failures;
        throw Error(Code::kInternal, "BROKEN", "no handle on " + event.event.subject);
      }
      seen.add(event);
      co_return;
    };
  }
};

TEST_P(BusContract, ALetterIsTriedOnceMoreAndGoesWhenThatSucceeds) {
  Broken broken;
  bus().subscribe({"stock", "order", {}, 2, broken.handler()});
  bus().start();
  publish(eventOf("o1", 1));
  ASSERT_TRUE(waitFor([&] { return broken.failures == 2; }));
  ASSERT_TRUE(comesTrue([&] { return !letters().empty(); }));
  EXPECT_EQ(letters().at(0).reason, "BROKEN: no handle on o1");

  const auto first = get(bus().journal().retry("stock", id("o1", 1)));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->retrying);
  ASSERT_TRUE(waitFor([&] { return broken.failures == 3; }));
  ASSERT_TRUE(comesTrue([&] { return !letters().at(0).retrying; }));
  EXPECT_EQ(letters().at(0).attempts, 3) << "a retry that fails counts and stays";

  broken.mended = true;
  ASSERT_TRUE(get(bus().journal().retry("stock", id("o1", 1))));
  ASSERT_TRUE(waitFor([&] { return broken.seen.count() == 1; }));
  ASSERT_TRUE(comesTrue([&] { return letters().empty(); }));
  EXPECT_EQ(idsOf(broken.seen), (std::vector<std::string>{id("o1", 1)}));
}

TEST_P(BusContract, ALetterMarkedForRetryOutlivesARestart) {
  Broken broken;
  bus().subscribe({"stock", "order", {}, 1, broken.handler()});
  bus().start();
  publish(eventOf("o1", 1));
  ASSERT_TRUE(comesTrue([&] { return !letters().empty(); }));
  bench_->reopen();
  ASSERT_TRUE(get(bus().journal().retry("stock", id("o1", 1)))) << "marked while nobody listens";
  bench_->reopen();
  Seen after;
  remember("stock", after);
  bus().start();
  ASSERT_TRUE(waitFor([&] { return after.count() == 1; }));
  ASSERT_TRUE(comesTrue([&] { return letters().empty(); }));
}

TEST_P(BusContract, LettersAreListedByGroupAndGivenUp) {
  Broken broken;
  bus().subscribe({"stock", "order", {}, 1, broken.handler()});
  bus().subscribe({"mail", "order", {}, 1, broken.handler()});
  bus().start();
  publish({eventOf("o1", 1), eventOf("o2", 1)});
  ASSERT_TRUE(comesTrue([&] { return letters().size() == 4; }));
  Journal& journal = bus().journal();
  EXPECT_EQ(get(journal.deadLetters("mail", "", "", 10)).size(), 2U);
  const auto page = get(journal.deadLetters("", "mail", id("o2", 1), 10));
  ASSERT_EQ(page.size(), 2U) << "what comes behind the given letter";
  EXPECT_EQ(page[0].group, "stock");
  EXPECT_TRUE(get(journal.discard("mail", id("o1", 1))));
  EXPECT_FALSE(get(journal.discard("mail", id("o1", 1))));
  EXPECT_EQ(letters().size(), 3U);
  EXPECT_FALSE(get(journal.retry("mail", id("o1", 1)))) << "there is no such letter any more";
}

}  // namespace
}  // namespace kontor::bus
