#include "services/gateway/kept_answers.hpp"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <coroutine>

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/testing/test_host.hpp"
#include "chassis/testing/worlds.hpp"
#include "kontor/api/freshness.pb.h"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/catalog/v1/events.kontor.hpp"
#include "services/gateway/follow_changes.hpp"
#include "services/gateway/route.hpp"
#include "services/gateway/staleness.hpp"

namespace kontor::gateway {
namespace {

using namespace std::chrono_literals;
using app::Freshness;
using http::Request;

constexpr Duration kCallTime = 10ms;

store::EventName priced(const std::string& product) { return {"catalog", "price.changed", product}; }

/// A shop of one number for each path, that takes its time to answer.
class KeptAnswersTest : public ::testing::Test {
 protected:
  KeptAnswers::Make make(std::string product) {
    return [this, product] { return call(product); };
  }
  task<std::shared_ptr<KeptAnswer>> call(std::string product) {
    ++calls_;
    const int read = price_;
    co_await runtime::sleep(kCallTime);
    if (fails_) throw notFound("product", product);
    auto answer = std::make_shared<KeptAnswer>();
    answer->body = std::make_shared<const std::string>(std::to_string(read));
    answer->places = {Freshness::placeOf("catalog", product)};
    answer->lifetime = 5s;
    co_return answer;
  }

  task<std::shared_ptr<KeptAnswer>> callForEver() {
    ++calls_;
    const runtime::OneShot<bool> never;
    co_await never;
    co_return nullptr;
  }

  /// As the gateway does it: from memory, else by a call. "-" when the call failed.
  task<void> ask(std::string path, std::string& into) {
    const Request request("GET", path);
    const KeptAnswer* kept = answers_.find(request.head(), runtime::Executor::current().now());
    if (kept != nullptr) {
      into = *kept->body;
      co_return;
    }
    try {
      const KeptAnswers::Answer answer = co_await answers_.get(&request.head(), make(path.substr(1)));
      into = *answer->body;
    } catch (const Error&) {
      into = "-";
    }
  }
  std::string ask(const std::string& path) {
    std::string answer;
    world_->run(ask(path, answer));
    return answer;
  }

  void change(int price, const std::string& product = "tee") {
    price_ = price;
    const std::array changes{priced(product)};
    freshness_.note(changes);
  }
  task<void> changeLater(Duration after, int price) {
    co_await runtime::sleep(after);
    change(price);
  }
  task<void> askLater(Duration after, std::string& into) {
    co_await runtime::sleep(after);
    task<void> asking = ask("/tee", into);
    co_await asking;
  }

  std::unique_ptr<kontor::testing::World> world_ = kontor::testing::simulatedWorld(1);
  Freshness freshness_;
  telemetry::Metrics metrics_;
  KeptAnswers answers_{freshness_, metrics_, 2, 1 << 20};
  int price_ = 1;
  int calls_ = 0;
  bool fails_ = false;
};

TEST_F(KeptAnswersTest, AnAnswerIsKeptUntilWhatItShowsChanges) {
  EXPECT_EQ(ask("/tee"), "1");
  EXPECT_EQ(ask("/tee"), "1");
  EXPECT_EQ(calls_, 1);
  change(2, "mug");
  EXPECT_EQ(ask("/tee"), "1") << "another product changed";
  EXPECT_EQ(calls_, 1);
  change(3);
  EXPECT_EQ(ask("/tee"), "3");
  EXPECT_EQ(calls_, 2);
}

TEST_F(KeptAnswersTest, AnAnswerLivesForItsTimeOnly) {
  EXPECT_EQ(ask("/tee"), "1");
  price_ = 2;  // nobody noted it
  auto wait = []() -> task<void> { co_await runtime::sleep(5s); };
  world_->run(wait());
  EXPECT_EQ(ask("/tee"), "2");
}

TEST_F(KeptAnswersTest, EqualQuestionsShareOneCall) {
  std::array<std::string, 8> got;
  std::vector<task<void>> work;
  for (std::string& each : got) work.push_back(ask("/tee", each));
  world_->run(std::move(work));
  for (const std::string& each : got) EXPECT_EQ(each, "1");
  EXPECT_EQ(calls_, 1);
}

TEST_F(KeptAnswersTest, AFailureIsSharedButNotKept) {
  fails_ = true;
  std::array<std::string, 4> got;
  std::vector<task<void>> work;
  for (std::string& each : got) work.push_back(ask("/tee", each));
  world_->run(std::move(work));
  for (const std::string& each : got) EXPECT_EQ(each, "-");
  EXPECT_EQ(calls_, 1);
  fails_ = false;
  EXPECT_EQ(ask("/tee"), "1");
}

TEST_F(KeptAnswersTest, AnAnswerThatWasOvertakenIsNotKept) {
  std::string got;
  std::vector<task<void>> work;
  work.push_back(ask("/tee", got));
  work.push_back(changeLater(kCallTime / 2, 2));
  world_->run(std::move(work));
  EXPECT_EQ(got, "1") << "it was asked before the change";
  EXPECT_EQ(ask("/tee"), "2");
}

TEST_F(KeptAnswersTest, WhoAsksAfterAChangeDoesNotGetTheAnswerFromBefore) {
  std::string before;
  std::string after;
  std::vector<task<void>> work;
  work.push_back(ask("/tee", before));
  work.push_back(changeLater(kCallTime / 4, 2));
  work.push_back(askLater(kCallTime / 2, after));
  world_->run(std::move(work));
  EXPECT_EQ(before, "1");
  EXPECT_EQ(after, "2");
  EXPECT_EQ(calls_, 2);
}

TEST_F(KeptAnswersTest, AChangeOfSomethingElseMeanwhileDoesNotPart) {
  std::string first;
  std::string second;
  auto elsewhere = [this]() -> task<void> {
    co_await runtime::sleep(kCallTime / 4);
    change(1, "mug");
  };
  std::vector<task<void>> work;
  work.push_back(ask("/tee", first));
  work.push_back(elsewhere());
  work.push_back(askLater(kCallTime / 2, second));
  world_->run(std::move(work));
  EXPECT_EQ(second, "1");
  EXPECT_EQ(calls_, 1);
}

TEST_F(KeptAnswersTest, ACallThatIsBrokenOffLeavesNobodyWaiting) {
  std::string got;
  auto work = [this](std::string& into) -> task<void> {
    const Request request("GET", "/tee");
    KeptAnswers::Make never = [this] { return callForEver(); };
    auto broken = std::make_unique<task<KeptAnswers::Answer>>(answers_.get(&request.head(), std::move(never)));
    EXPECT_TRUE(broken->await_suspend(std::noop_coroutine()));
    runtime::Executor::current().spawn(ask("/tee", into));
    co_await runtime::sleep(kCallTime / 2);
    EXPECT_EQ(calls_, 1) << "the second waits for the first";
    broken.reset();
    co_await runtime::sleep(2 * kCallTime);
  };
  world_->run(work(got));
  EXPECT_EQ(got, "1");
  EXPECT_EQ(calls_, 2);
}

TEST_F(KeptAnswersTest, OneLoopsAnswersAreItsOwn) {
  EXPECT_EQ(ask("/tee"), "1");
  const Request request("GET", "/tee");
  http::RequestHead head = request.head();
  EXPECT_NE(answers_.find(head, SteadyTime()), nullptr);
  head.loop = 1;
  EXPECT_EQ(answers_.find(head, SteadyTime()), nullptr);
}

TEST_F(KeptAnswersTest, EqualQuestionsHaveOneKey) {
  const auto key = [](std::string_view target, std::vector<http::Header> headers = {}) {
    const Request request("GET", target, std::move(headers));
    std::string room;
    return std::string(KeptAnswers::keyOf(request.head(), room));
  };
  EXPECT_EQ(key("/p?a=1&b=2"), key("/p?b=2&a=1"));
  EXPECT_NE(key("/p?a=1&b=2"), key("/p?a=2&b=1"));
  EXPECT_NE(key("/p?s=1&s=2"), key("/p?s=2&s=1")) << "the order of a list";
  EXPECT_NE(key("/p?a=1"), key("/p"));
  EXPECT_NE(key("/p"), key("/p", {{"Accept-Language", "de"}}));
  EXPECT_EQ(key("/p", {{"Accept-Language", "de, en"}}), key("/p", {{"accept-language", "de"}}));
}

TEST_F(KeptAnswersTest, ConcernsReadsOfNobodyInParticular) {
  EXPECT_TRUE(KeptAnswers::concerns(Request("GET", "/p").head()));
  EXPECT_TRUE(KeptAnswers::concerns(Request("HEAD", "/p").head()));
  EXPECT_FALSE(KeptAnswers::concerns(Request("POST", "/p").head()));
  EXPECT_FALSE(KeptAnswers::concerns(Request("GET", "/p", {}, "{}").head()));
  EXPECT_FALSE(KeptAnswers::concerns(Request("GET", "/p", {{"authorization", "Bearer x"}}).head()));
}

// --- loops beside a writer ------------------------------------------------------------------------------------------

/// Numbers that a writer raises, notes and then acknowledges; what is read is never below what was acknowledged.
struct Numbers {
  std::array<std::atomic<int>, 4> value{};
  std::array<std::atomic<int>, 4> acknowledged{};
  std::atomic<bool> over = false;
  std::atomic<int> stale = 0;
  std::atomic<int> reads = 0;
};

task<std::shared_ptr<KeptAnswer>> readNumber(Numbers& numbers, std::size_t which) {
  const int read = numbers.value[which];
  co_await runtime::yield();
  auto answer = std::make_shared<KeptAnswer>();
  answer->body = std::make_shared<const std::string>(std::to_string(read));
  answer->places = {Freshness::placeOf("catalog", std::to_string(which))};
  answer->lifetime = 60s;
  co_return answer;
}

task<void> readOn(KeptAnswers& answers, Numbers& numbers, unsigned loop) {
  for (unsigned turn = loop; !numbers.over; ++turn) {
    const std::size_t which = turn % 4;
    const Request request("GET", "/" + std::to_string(which));
    http::RequestHead head = request.head();
    head.loop = loop;
    const int known = numbers.acknowledged[which];
    std::string body;
    if (const KeptAnswer* kept = answers.find(head, runtime::Executor::current().now())) {
      body = *kept->body;
    } else {
      KeptAnswers::Make make = [&numbers, which] { return readNumber(numbers, which); };
      const KeptAnswers::Answer answer = co_await answers.get(&head, std::move(make));
      body = *answer->body;
    }
    if (std::stoi(body) < known) ++numbers.stale;
    ++numbers.reads;
    if (turn % 16 == 0) co_await runtime::yield();
  }
}

task<void> writeOn(Freshness& freshness, Numbers& numbers, int changes) {
  for (int i = 1; i <= changes; ++i) {
    const std::size_t which = static_cast<std::size_t>(i) % 4;
    const int next = ++numbers.value[which];
    const std::array noted{priced(std::to_string(which))};
    freshness.note(noted);
    numbers.acknowledged[which] = next;
    if (i % 8 == 0) co_await runtime::yield();
  }
  numbers.over = true;
}

TEST(KeptAnswersOnLoops, NothingIsReadStaleAfterItsAcknowledgement) {
  const auto world = kontor::testing::realWorld(3);
  Freshness freshness;
  telemetry::Metrics metrics;
  KeptAnswers answers(freshness, metrics, 3, 1 << 20);
  Numbers numbers;
  std::vector<task<void>> work;  // the first on loop 0, the second on loop 1 …
  work.push_back(writeOn(freshness, numbers, 40'000));
  for (int round = 0; round < 3; ++round) {
    if (round > 0) work.push_back(readOn(answers, numbers, 0));
    work.push_back(readOn(answers, numbers, 1));
    work.push_back(readOn(answers, numbers, 2));
  }
  world->run(std::move(work));
  EXPECT_EQ(numbers.stale, 0) << "of " << numbers.reads << " reads";
  EXPECT_GT(numbers.reads, 1000);
}

// --- what contracts say ---------------------------------------------------------------------------------------------

const rpc::Method& rowOf(std::string_view name) {
  for (const rpc::Method& method : catalog::v1::Catalog::table())
    if (method.name == name) return method;
  throw notFound("method", name);
}

bool holds(const std::vector<Freshness::Place>& places, Freshness::Place place) {
  return std::find(places.begin(), places.end(), place) != places.end();
}

TEST(Staleness, FindsWhatAnAnswerShows) {
  catalog::v1::ListProductsResponse page;
  auto& tee = *page.add_products();
  tee.set_id("prod_tee");
  tee.add_variants()->set_sku("TEE-S");
  tee.add_variants()->set_sku("TEE-M");
  page.add_products()->set_id("prod_mug");
  const Staleness list(rowOf("ListProducts"));
  const auto places = list.placesOf(page);
  EXPECT_TRUE(holds(places, Freshness::placeOf("catalog", "prod_tee")));
  EXPECT_TRUE(holds(places, Freshness::placeOf("catalog", "prod_mug")));
  EXPECT_TRUE(holds(places, Freshness::placeOf("inventory", "TEE-S")));
  EXPECT_TRUE(holds(places, Freshness::placeOf("inventory", "TEE-M")));
  EXPECT_TRUE(holds(places, Freshness::placeOf("product.upserted"))) << "a product may enter or leave the list";
  EXPECT_EQ(places.size(), 5U);
  EXPECT_EQ(list.topics(), (std::set<std::string>{"catalog", "inventory"}));
  const Staleness one(rowOf("GetProduct"));
  EXPECT_EQ(one.placesOf(tee).size(), 3U);
}

TEST(FollowChanges, NotesWhatOtherProcessesChange) {
  const auto world = kontor::testing::simulatedWorld(1);
  kontor::testing::HandBus bus;
  Freshness freshness;
  freshness.cover("catalog");
  followChanges(bus, freshness, {"catalog", "inventory"}, "gateway_1");
  ASSERT_EQ(bus.subscriptions.size(), 1U) << "this process's own stores note their topics themselves";
  EXPECT_EQ(bus.subscriptions.front().topic, "inventory");
  const auto before = freshness.now();
  store::StoredEvent sold;
  sold.event.topic = "inventory";
  sold.event.type = "stock.changed";
  sold.event.subject = "TEE-S";
  world->run(bus.deliver(sold));
  const std::array places{Freshness::placeOf("inventory", "TEE-S")};
  EXPECT_FALSE(freshness.unchanged(places, before));
}

// Names in options are texts: one that is misspelt would keep answers for too long.
TEST(Staleness, NamesOnlyEventsThatAreInAContract) {
  const auto& known = *catalog::v1::ProductUpserted::descriptor()->file();
  int named = 0;
  for (const auto& route : routesOf(publicTables())) {
    if (!route->staleness) continue;
    const std::string name = std::string(route->method->service) + "." + std::string(route->method->name);
    const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
    for (int i = 0; i < method->options().ExtensionSize(api::stale_by); ++i, ++named) {
      const api::StaleBy& rule = method->options().GetExtension(api::stale_by, i);
      bool found = false;
      for (int event = 0; event < known.message_type_count(); ++event) {
        const auto& options = known.message_type(event)->options().GetExtension(api::event);
        found = found || (options.type() == rule.type() && options.topic() == rule.topic());
      }
      EXPECT_TRUE(found) << name << " is stale by " << rule.type() << ", which no event of catalog is";
    }
  }
  EXPECT_GE(named, 2);
}

}  // namespace
}  // namespace kontor::gateway
