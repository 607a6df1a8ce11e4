// The stream of events as staff see it, over the real bus.

#include <atomic>
#include <tuple>

#include "chassis/bus/embedded/embedded_bus.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/store/migrations.hpp"
#include "services/notification/handlers.hpp"
#include "services/notification/migrations.embed.hpp"
#include "services/notification/post_office_test.hpp"
#include "services/notification/store_sql.hpp"

namespace kontor::notification {
namespace {

using namespace std::chrono_literals;

struct Events : ::testing::Test {
  Events() {
    host = std::make_unique<testing::TestHost>(world->environment(), folder.path());
    bus = bus::embedded::open(world->environment(), host->sealer(), bus::embedded::Options(folder.path() / "bus.db"),
                              host->log());
    auto database = host->openStore("notification", store::migrationsOf(kMigrations, "sqlite"));
    Handlers::Parts parts{world->environment(), database, std::make_shared<StoreSql>(host->sealer()), *bus,
                          host->sealer()};
    handlers = std::make_unique<Handlers>(std::move(parts));
    bus->subscribe({"mail", "order", {}, 1, [this](const store::StoredEvent& event) -> task<void> {
                      ++calls;
                      if (broken) throw Error(Code::kInternal, "BROKEN", "no handle on " + event.event.subject);
                      co_return;
                    }});
    bus->start();
  }
  ~Events() override { world->run(bus->stop()); }

  void publish(const std::string& subject, int from, int to) {
    std::vector<store::StoredEvent> events;
    for (int i = from; i <= to; ++i) {
      store::StoredEvent event;
      event.id = "evt_" + subject + "_" + std::to_string(i);
      event.source = "order";
      event.event = {"order", i == 1 ? "order.placed" : "order.confirmed", subject, "kontor.order.v1.Some", "{}"};
      event.time = fromMicros(1'767'225'600'000'000 + i * 1'000'000);
      event.sequence = i;
      events.push_back(std::move(event));
    }
    world->run(bus->publish(std::move(events)));
  }
  template <class T>
  T get(task<T> work) {
    std::optional<T> result;
    world->run(keep(std::move(work), result));
    return std::move(*result);
  }
  template <class T>
  std::string reasonOf(task<T> work) {
    try {
      get(std::move(work));
    } catch (const Error& error) {
      return error.fields().empty() ? error.reason() : error.fields()[0].path + " " + error.fields()[0].reason;
    }
    return "it was allowed";
  }
  v1::ListEventsResponse list(v1::ListEventsRequest request) {
    return get(handlers->ListEvents(rpc::Context(), std::move(request)));
  }
  static rpc::Context withKey(const std::string& key) {
    rpc::Context::Data data;
    data.idempotency = rpc::Idempotency{"staff:usr_1 POST /v1/admin/events/replay", key, "print"};
    return rpc::Context(std::move(data));
  }
  bool reached(int count) {
    return world->waitUntil([this, count] { return calls == count; });
  }

  testing::TemporaryFolder folder;
  std::unique_ptr<testing::World> world = testing::realWorld(2);
  std::unique_ptr<testing::TestHost> host;
  std::unique_ptr<bus::Bus> bus;
  std::unique_ptr<Handlers> handlers;
  std::atomic<int> calls = 0;
  std::atomic<bool> broken = false;

 private:
  template <class T>
  static task<void> keep(task<T> work, std::optional<T>& into) {
    into.emplace(co_await work);
  }
};

TEST_F(Events, AreListedNewestFirstPageByPage) {
  publish("o1", 1, 5);
  std::vector<std::string> seen;
  v1::ListEventsRequest request;
  request.set_page_size(2);
  for (bool more = true; more;) {
    const auto page = list(request);
    for (const v1::Event& event : page.events()) seen.push_back(event.id());
    request.set_page_token(page.next_page_token());
    more = !page.next_page_token().empty();
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"evt_o1_5", "evt_o1_4", "evt_o1_3", "evt_o1_2", "evt_o1_1"}));
}

TEST_F(Events, AreFilteredAndFollowed) {
  publish("o1", 1, 3);
  publish("o2", 1, 3);
  v1::ListEventsRequest request;
  request.set_subject("o2");
  request.set_type("order.confirmed");
  request.set_after(0);
  const auto page = list(request);
  ASSERT_EQ(page.events_size(), 2);
  EXPECT_EQ(page.events(0).id(), "evt_o2_2");
  EXPECT_EQ(page.events(1).sequence(), 3);
  request.set_after(page.position());
  EXPECT_EQ(list(request).events_size(), 0);
  EXPECT_EQ(list(request).position(), page.position());
}

TEST_F(Events, RefuseWhatMeansNothing) {
  v1::ListEventsRequest waiting;
  waiting.set_wait_seconds(5);
  EXPECT_EQ(reasonOf(handlers->ListEvents(rpc::Context(), waiting)), "waitSeconds INVALID_VALUE");
  v1::ListEventsRequest range;
  range.mutable_from()->set_seconds(10);
  range.mutable_to()->set_seconds(10);
  EXPECT_EQ(reasonOf(handlers->ListEvents(rpc::Context(), range)), "to EMPTY_RANGE");
  v1::ReplayEventsRequest nothing;
  EXPECT_EQ(reasonOf(handlers->ReplayEvents(rpc::Context(), nothing)), "subject REQUIRED");
  v1::ReplayEventsRequest nobody;
  nobody.set_subject("o1");
  nobody.set_group("nobody");
  EXPECT_EQ(reasonOf(handlers->ReplayEvents(rpc::Context(), nobody)), "UNKNOWN_GROUP");
  v1::GetReplayRequest unknown;
  unknown.set_id("rpl_1");
  EXPECT_EQ(reasonOf(handlers->GetReplay(rpc::Context(), unknown)), "NOT_FOUND");
}

TEST_F(Events, AreReplayedOnceUnderOneKey) {
  publish("o1", 1, 3);
  ASSERT_TRUE(reached(3));
  v1::ReplayEventsRequest request;
  request.set_subject("o1");
  request.set_group("mail");
  const auto first = get(handlers->ReplayEvents(withKey("key-1"), request));
  EXPECT_EQ(first.mode(), v1::REPLAY_MODE_REDELIVER);
  ASSERT_TRUE(reached(6));
  const auto second = get(handlers->ReplayEvents(withKey("key-1"), request));
  EXPECT_EQ(second.SerializeAsString(), first.SerializeAsString());
  v1::Replay seen;
  do {
    v1::GetReplayRequest ask;
    ask.set_id(first.id());
    seen = get(handlers->GetReplay(rpc::Context(), ask));
  } while (seen.running());
  EXPECT_EQ(seen.delivered(), 3);
  get(handlers->ReplayEvents(withKey("key-2"), request));
  ASSERT_TRUE(reached(9));
}

TEST_F(Events, ThatCannotBeHandledAreRetriedOrGivenUp) {
  broken = true;
  publish("o1", 1, 2);
  v1::ListDeadLettersResponse letters;
  const auto look = [&] {
    letters = get(handlers->ListDeadLetters(rpc::Context(), v1::ListDeadLettersRequest()));
    return letters.dead_letters_size();
  };
  while (look() < 2) std::ignore = world->waitUntil([] { return true; });
  EXPECT_EQ(letters.dead_letters(0).id(), "mail.evt_o1_1");
  EXPECT_EQ(letters.dead_letters(0).reason(), "BROKEN: no handle on o1");
  EXPECT_EQ(letters.dead_letters(0).attempts(), 1);
  EXPECT_FALSE(letters.dead_letters(0).event().has_position());

  broken = false;
  v1::RetryDeadLetterRequest retry;
  retry.set_id("mail.evt_o1_1");
  EXPECT_TRUE(get(handlers->RetryDeadLetter(rpc::Context(), retry)).retrying());
  while (look() > 1) std::ignore = world->waitUntil([] { return true; });
  v1::DiscardDeadLetterRequest discard;
  discard.set_id("mail.evt_o1_2");
  get(handlers->DiscardDeadLetter(rpc::Context(), discard));
  EXPECT_EQ(look(), 0);
  EXPECT_EQ(reasonOf(handlers->DiscardDeadLetter(rpc::Context(), discard)), "NOT_FOUND");
  retry.set_id("nonsense");
  EXPECT_EQ(reasonOf(handlers->RetryDeadLetter(rpc::Context(), retry)), "NOT_FOUND");
}

}  // namespace
}  // namespace kontor::notification
