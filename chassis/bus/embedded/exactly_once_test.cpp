// Outbox, relay, bus and inbox together, over everything that may go wrong between them: each event has its effect
// exactly once in every group, in the order of its subject.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "chassis/base/error.hpp"
#include "chassis/bus/embedded/embedded_bus.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/bus/relay.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/testing/lossy_vfs.hpp"

namespace kontor::bus::embedded {
namespace {

using namespace std::chrono_literals;

constexpr store::Migration kTables{
    1, "0001_effects",
    "-- compatible_from: 1\n"
    "CREATE TABLE made (id TEXT NOT NULL PRIMARY KEY);"
    "CREATE TABLE effect (place INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, id TEXT NOT NULL, "
    "subject TEXT NOT NULL, sequence BIGINT NOT NULL);"};

// How unkind the world is, drawn from the seed.
struct Chances {
  double before = 0;  // a handler fails before its effect
  double after = 0;   // … and after it, unacknowledged
  double kill = 0;    // the process dies right after an effect
  double slow = 0;
};

// A shop in one node: a store that emits, its relay, the bus, and two groups that note what they did.
class UnkindWorld {
 public:
  explicit UnkindWorld(std::uint64_t seed) : disk_("unkind", seed), world_(seed) {
    runtime::SeededRandom& random = world_.random();
    const auto share = [&random](std::uint64_t percent) { return static_cast<double>(random.below(percent)) / 100; };
    chances_ = {share(30), share(30), share(5), share(40)};
    node_ = world_.addNode();
    open();
  }
  ~UnkindWorld() { world_.kill(node_); }

  void live(int life) {
    for (int i = 0; i < 15; ++i) {
      const std::string id = std::to_string(life) + "." + std::to_string(i);
      environment().background().spawn(make(*store_, id, "s" + std::to_string(world_.random().below(4))));
    }
    if (life % 2 == 1) replay("rpl_" + std::to_string(life));
    if (world_.random().chance(0.5)) disk_.dieAfterWrites(20 + world_.random().below(200));
    world_.runUntil([this] { return disk_.died() || dying_; }, Duration(1'000'000 + world_.random().below(5'000'000)));
    world_.random().chance(0.5) || disk_.died() ? restart(true) : restart(false);
  }

  // No more faults: what was made must have its effects.
  bool settle() {
    chances_ = {};
    return world_.runUntil(
        [this] {
          if (std::exchange(dying_, false)) restart(false);
          return number("SELECT COUNT(*) FROM outbox") == 0 &&
                 number("SELECT COUNT(*) FROM effect") >= 2 * number("SELECT COUNT(*) FROM made");
        },
        300s);
  }

  void redeliverAll() {
    replay("rpl_last");
    world_.runFor(60s);
  }

  // Has all effects of one group again, and dies a few times meanwhile.
  bool again() {
    replay("rpl_again", "mail", ReplayMode::kAgain);
    world_.runFor(20ms);
    for (int life = 0; life < 4; ++life) {
      disk_.dieAfterWrites(10 + world_.random().below(60));
      world_.runUntil([this] { return disk_.died(); }, 400ms);
      restart(true);
    }
    return world_.runUntil(
        [this] { return number("SELECT COUNT(*) FROM effect") >= 3 * number("SELECT COUNT(*) FROM made"); }, 300s);
  }

  std::int64_t number(std::string_view sql) { return store_->query(sql, {}).runReady().at(0).int64(0); }
  store::Rows rows(std::string_view sql) { return store_->query(sql, {}).runReady(); }

  int kills = 0;
  int failures = 0;

 private:
  runtime::Environment& environment() { return world_.environment(node_); }

  void open() {
    store::sqlite::Options options;
    options.service = "order";
    options.file = "order.db";
    options.vfs = disk_.name();
    store_ = store::sqlite::open(environment(), sealer_, options, std::span(&kTables, 1));
    Options bus("bus.db");
    bus.vfs = disk_.name();
    bus.batch = 4;
    bus.parallel = 3;
    bus_ =
        embedded::open(environment(), sealer_, bus, telemetry::Log({}, telemetry::silentSink(), environment().clock()));
    relay_ = std::make_unique<Relay>(environment(), *store_, *bus_);
    for (const char* group : {"mail", "stock"})
      bus_->subscribe({group, "order", {}, 1'000'000, [this, group](const store::StoredEvent& event) {
                         return handle(*this, group, event);
                       }});
    bus_->start();
    relay_->start();
  }

  void restart(bool power) {
    world_.kill(node_);
    relay_.reset();
    bus_.reset();
    store_.reset();
    power ? disk_.powerCut() : disk_.processKill();
    dying_ = false;
    ++kills;
    world_.restart(node_);
    open();
  }

  void replay(std::string id, std::string group = "", ReplayMode mode = ReplayMode::kRedeliver) {
    auto work = [](Journal& journal, std::string name, std::string of, ReplayMode how) -> task<void> {
      ReplayRequest request;
      request.id = std::move(name);
      request.group = std::move(of);
      request.mode = how;
      try {
        co_await journal.replay(std::move(request));
      } catch (const Error&) {
        // The groups have not joined yet, or the disk died: then there is no replay.
      }
    };
    environment().background().spawn(work(bus_->journal(), std::move(id), std::move(group), mode));
  }

  static task<void> make(store::SqlStore& on, std::string id, std::string subject) {
    try {
      co_await on.transact(rpc::Context(), [&](store::Transaction& tx) -> task<void> {
        co_await tx.execute("INSERT INTO made (id) VALUES ($1)", store::params(id));
        store::Event event{"order", "order.placed", subject, "kontor.order.v1.OrderPlaced", "{}"};
        co_await tx.emit(std::move(event));
      });
    } catch (const Error&) {
      // The disk died under it: not made, or made and not acknowledged.
    }
  }

  static task<void> handle(UnkindWorld& self, std::string group, store::StoredEvent event) {
    runtime::SeededRandom& random = self.world_.random();
    if (random.chance(self.chances_.slow)) co_await runtime::sleep(Duration(random.below(300'000)));
    if (random.chance(self.chances_.before)) self.fail("before the effect");
    co_await self.store_->transact(rpc::Context(), [&](store::Transaction& tx) -> task<void> {
      const bool first = co_await tx.once(group, event.id);
      if (!first) co_return;
      co_await tx.execute("INSERT INTO effect (consumer, id, subject, sequence) VALUES ($1, $2, $3, $4)",
                          store::params(group, event.id, event.event.subject, event.sequence));
    });
    if (random.chance(self.chances_.kill)) {
      self.dying_ = true;
      co_await runtime::sleep(1h);  // the process dies here, between the effect and its acknowledgement
    }
    if (random.chance(self.chances_.after)) self.fail("after the effect");
  }

  void fail(const std::string& when) {
    ++failures;
    throw Error(Code::kInternal, "UNKIND", when);
  }

  testing::LossyDisk disk_;
  runtime::Simulation world_;
  Chances chances_;
  bool dying_ = false;
  std::size_t node_ = 0;
  runtime::SeededRandom random_{1};
  security::Sealer sealer_{"k1", std::string(32, 'k'), random_};
  std::unique_ptr<store::SqlStore> store_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Relay> relay_;
};

// `replay` is what the ids of the meant effects end with; empty: those of the events themselves.
void expectEachOnceInOrder(UnkindWorld& shop, std::uint64_t seed, const std::vector<std::string>& groups,
                           const std::string& replay) {
  const std::int64_t made = shop.number("SELECT COUNT(*) FROM made");
  std::map<std::string, std::set<std::string>> seen;
  std::map<std::pair<std::string, std::string>, std::int64_t> last;
  for (const store::Row& row : shop.rows("SELECT consumer, id, subject, sequence FROM effect ORDER BY place")) {
    const std::string& id = row.text(1);
    if (replay.empty() ? id.find('~') != std::string::npos : !id.ends_with("~" + replay)) continue;
    EXPECT_TRUE(seen[row.text(0)].insert(id).second) << "twice: " << id << ", seed " << seed;
    std::int64_t& before = last[{row.text(0), row.text(2)}];
    EXPECT_EQ(row.int64(3), before + 1) << row.text(0) << " on " << row.text(2) << ", seed " << seed;
    before = row.int64(3);
  }
  EXPECT_EQ(seen.size(), groups.size()) << "seed " << seed;
  for (const std::string& group : groups)
    EXPECT_EQ(seen[group].size(), static_cast<std::size_t>(made)) << group << ", seed " << seed;
}

TEST(ExactlyOnce, OverFailuresKillsPowerCutsAndRedeliveries) {
  const char* wanted = std::getenv("BUS_SEEDS");
  const std::uint64_t seeds = wanted != nullptr ? std::stoull(wanted) : 20;
  std::int64_t effects = 0;
  int kills = 0;
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    UnkindWorld shop(seed);
    for (int life = 0; life < 4; ++life) shop.live(life);
    ASSERT_TRUE(shop.settle()) << "seed " << seed;
    expectEachOnceInOrder(shop, seed, {"mail", "stock"}, "");
    shop.redeliverAll();
    expectEachOnceInOrder(shop, seed, {"mail", "stock"}, "");
    ASSERT_TRUE(shop.again()) << "seed " << seed;
    expectEachOnceInOrder(shop, seed, {"mail"}, "rpl_again");
    ASSERT_EQ(shop.number("SELECT COUNT(*) FROM effect"), 3 * shop.number("SELECT COUNT(*) FROM made"));
    effects += shop.number("SELECT COUNT(*) FROM effect");
    kills += shop.kills;
    failures += shop.failures;
  }
  EXPECT_GT(effects, static_cast<std::int64_t>(seeds) * 30) << "the deaths came too early to show anything";
  EXPECT_GT(failures, static_cast<int>(seeds)) << "no handler failed";
  std::printf("%llu worlds: %lld effects, each once and in order, over %d deaths and %d failed handlers\n",
              static_cast<unsigned long long>(seeds), static_cast<long long>(effects), kills, failures);
}

}  // namespace
}  // namespace kontor::bus::embedded
