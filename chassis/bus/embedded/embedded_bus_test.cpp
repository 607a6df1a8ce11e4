#include "chassis/bus/embedded/embedded_bus.hpp"

#include <set>

#include "chassis/base/error.hpp"
#include "chassis/bus/bus_contract_test.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/bus/migrations.embed.hpp"
#include "chassis/bus/relay.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/testing/lossy_vfs.hpp"
#include "chassis/testing/temporary_folder.hpp"

namespace kontor::bus::embedded {
namespace {

using namespace std::chrono_literals;

telemetry::Log silentLog(runtime::Environment& environment) {
  return telemetry::Log({}, telemetry::silentSink(), environment.clock());
}

security::Sealer benchSealer(runtime::Environment& environment) {
  return security::Sealer("k1", std::string(32, 'k'), environment.random());
}

// On a real file with two loops, or on a disk in memory in virtual time.
class EmbeddedBench final : public BusBench {
 public:
  explicit EmbeddedBench(bool simulated, std::int64_t keep = 100'000, Duration keep_for = 24h * 365 * 100)
      : keep_(keep), keep_for_(keep_for), world_(simulated ? testing::simulatedWorld(3) : testing::realWorld(2)) {
    if (simulated) disk_ = std::make_unique<testing::LossyDisk>("busdisk", 3);
    bus_ = opened();
  }

  testing::World& world() override { return *world_; }
  Bus& bus() override { return *bus_; }
  void reopen() override {
    world_->run(bus_->stop());
    bus_.reset();
    bus_ = opened();
  }

 private:
  std::filesystem::path file() const { return disk_ ? "bus.db" : folder_.path() / "bus.db"; }
  std::string vfs() const { return disk_ ? disk_->name() : ""; }

  std::unique_ptr<Bus> opened() {
    Options options(file());
    options.vfs = vfs();
    options.keep = keep_;
    options.keep_for = keep_for_;
    return open(world_->environment(), sealer_, options, silentLog(world_->environment()));
  }

  const std::int64_t keep_;
  const Duration keep_for_;
  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::LossyDisk> disk_;
  std::unique_ptr<testing::World> world_;
  security::Sealer sealer_ = benchSealer(world_->environment());
  std::unique_ptr<Bus> bus_;
};

INSTANTIATE_TEST_SUITE_P(Embedded, BusContract,
                         ::testing::Values(BusDriver{"File", [] { return std::make_unique<EmbeddedBench>(false); }},
                                           BusDriver{"Simulated",
                                                     [] { return std::make_unique<EmbeddedBench>(true); }}),
                         [](const auto& driver) { return driver.param.name; });

// --- what is the embedded bus's own ---------------------------------------------------------------------------------

constexpr store::Migration kLedger{1, "0001_ledger",
                                   "-- compatible_from: 1\n"
                                   "CREATE TABLE made (id TEXT NOT NULL PRIMARY KEY);"
                                   "CREATE TABLE applied (id TEXT NOT NULL, times BIGINT NOT NULL);"};

// A shop in small, in one node: a store that emits, its relay, the bus, and a consumer that applies each event once.
// The machine may lose its power at any write.
class SmallShop {
 public:
  SmallShop(std::uint64_t seed, std::int64_t keep) : disk_("shopdisk", seed), world_(seed), keep_(keep) {
    node_ = world_.addNode();
    open();
  }

  ~SmallShop() { world_.kill(node_); }

  runtime::Simulation& world() { return world_; }
  testing::LossyDisk& disk() { return disk_; }

  void open() {
    store::sqlite::Options options;
    options.service = "order";
    options.file = "order.db";
    options.vfs = disk_.name();
    store_ = store::sqlite::open(environment(), sealer_, options, std::span(&kLedger, 1));
    Options bus("bus.db");
    bus.vfs = disk_.name();
    bus.keep = keep_;
    bus_ = embedded::open(environment(), sealer_, bus, silentLog(environment()));
    relay_ = std::make_unique<Relay>(environment(), *store_, *bus_);
    bus_->subscribe({"ledger", "order", {}, 1'000'000, [this](const store::StoredEvent& event) {
                       return apply(*store_, event.id, event.event.subject);
                     }});
    bus_->start();
    relay_->start();
  }

  // The power goes, the machine comes back.
  void cut() {
    world_.kill(node_);
    relay_.reset();
    bus_.reset();
    store_.reset();
    disk_.powerCut();
    world_.restart(node_);
    open();
  }

  void place(int from, int to) {
    for (int i = from; i < to; ++i) environment().background().spawn(order(*store_, "o" + std::to_string(i)));
  }

  bool settled() {
    return number("SELECT COUNT(*) FROM made") == number("SELECT COUNT(*) FROM applied") &&
           number("SELECT COUNT(*) FROM outbox") == 0;
  }

  std::int64_t number(std::string_view sql) { return store_->query(sql, {}).runReady().at(0).int64(0); }
  std::size_t acknowledged() const { return acknowledged_.size(); }
  std::int64_t lost() {
    std::int64_t missing = 0;
    for (const std::string& id : acknowledged_)
      missing += store_->query("SELECT id FROM applied WHERE id = $1", store::params(id)).runReady().empty() ? 1 : 0;
    return missing;
  }
  std::unique_ptr<store::SqlStore> closeAndOpenLog() {
    relay_.reset();
    bus_.reset();
    store::sqlite::Options options;
    options.service = "bus";
    options.file = "bus.db";
    options.vfs = disk_.name();
    return store::sqlite::open(environment(), sealer_, options, store::migrationsOf(kMigrations, "sqlite"));
  }

 private:
  runtime::Environment& environment() { return world_.environment(node_); }

  task<void> order(store::SqlStore& on, std::string id) {
    try {
      co_await on.transact(rpc::Context(), [&id](store::Transaction& tx) -> task<void> {
        co_await tx.execute("INSERT INTO made (id) VALUES ($1)", store::params(id));
        store::Event event{"order", "order.placed", id, "kontor.order.v1.OrderPlaced", "{}"};
        co_await tx.emit(std::move(event));
      });
      acknowledged_.push_back(id);
    } catch (const Error&) {
      // The disk died under it: not acknowledged.
    }
  }

  static task<void> apply(store::SqlStore& on, std::string event_id, std::string subject) {
    co_await on.transact(rpc::Context(), [&](store::Transaction& tx) -> task<void> {
      const bool first = co_await tx.once("ledger", event_id);
      if (first) co_await tx.execute("INSERT INTO applied (id, times) VALUES ($1, 1)", store::params(subject));
    });
  }

  testing::LossyDisk disk_;
  runtime::Simulation world_;
  const std::int64_t keep_;
  std::size_t node_ = 0;
  runtime::SeededRandom random_{1};
  security::Sealer sealer_{"k1", std::string(32, 'k'), random_};
  std::unique_ptr<store::SqlStore> store_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Relay> relay_;
  std::vector<std::string> acknowledged_;
};

TEST(EmbeddedBus, EffectsHappenOnceOverPowerCuts) {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SmallShop shop(seed, 100'000);
    for (int life = 0; life < 4; ++life) {
      shop.place(life * 10, life * 10 + 10);
      shop.disk().dieAfterWrites(20 + shop.world().random().below(150));
      shop.world().runUntil([&] { return shop.disk().died(); }, 3s);
      shop.cut();
    }
    ASSERT_TRUE(shop.world().runUntil([&] { return shop.settled(); }, 120s)) << "seed " << seed;
    EXPECT_EQ(shop.number("SELECT COUNT(*) FROM applied"), shop.number("SELECT COUNT(DISTINCT id) FROM applied"));
    EXPECT_EQ(shop.lost(), 0) << "seed " << seed;
    acknowledged += shop.acknowledged();
  }
  EXPECT_GT(acknowledged, 500U) << "the cuts came too early to show anything";
}

TEST(EmbeddedBus, KeepsWhatAnAbsentGroupHasNotSeen) {
  EmbeddedBench bench(true, 10);
  auto subscribe = [&bench](const std::string& group, std::size_t& count) {
    bench.bus().subscribe({group, "order", {}, 5, [&count](const store::StoredEvent&) -> task<void> {
                             ++count;
                             co_return;
                           }});
  };
  auto rest = []() -> task<void> { co_await runtime::sleep(5s); };
  std::size_t quick = 0;
  std::size_t absent = 0;
  subscribe("absent", absent);
  bench.bus().start();
  bench.world().run(rest());
  bench.reopen();
  subscribe("quick", quick);
  bench.bus().start();
  for (std::int64_t sequence = 1; sequence <= 1500; ++sequence)
    bench.world().run(bench.bus().publish({eventOf("o" + std::to_string(sequence % 20), sequence)}));
  ASSERT_TRUE(bench.world().waitUntil([&] { return quick == 1500; }));
  bench.world().run(rest());
  bench.reopen();
  subscribe("absent", absent);
  bench.bus().start();
  EXPECT_TRUE(bench.world().waitUntil([&] { return absent == 1500; })) << absent;
  bench.world().run(bench.bus().stop());
}

// The ids that the log still holds.
std::set<std::string> kept(EmbeddedBench& bench) {
  std::set<std::string> ids;
  auto read = [](Bus& bus, std::set<std::string>& into) -> task<void> {
    EventFilter all;
    const EventPage page = co_await bus.journal().follow(all, 0, 10'000, Duration(0));
    for (const LoggedEvent& logged : page.events) into.insert(logged.event.id);
  };
  bench.world().run(read(bench.bus(), ids));
  return ids;
}

void pass(EmbeddedBench& bench, Duration span) {
  auto rest = [](Duration length) -> task<void> { co_await runtime::sleep(length); };
  for (Duration left = span; left > Duration(0); left -= 30s) bench.world().run(rest(std::min<Duration>(left, 30s)));
}

store::StoredEvent eventOfNow(EmbeddedBench& bench, const std::string& subject, std::int64_t sequence) {
  store::StoredEvent event = eventOf(subject, sequence);
  event.time = bench.world().environment().clock().now();
  return event;
}

TEST(EmbeddedBus, ForgetsWhatIsTooOldAlsoWhenNothingHappens) {
  EmbeddedBench bench(true, 100'000, 10min);
  bench.bus().subscribe({"quick", "order", {}, 5, [](const store::StoredEvent&) -> task<void> { co_return; }});
  bench.bus().start();
  bench.world().run(bench.bus().publish({eventOfNow(bench, "o1", 1), eventOfNow(bench, "o2", 1)}));
  pass(bench, 8min);
  bench.world().run(bench.bus().publish({eventOfNow(bench, "o1", 2)}));
  EXPECT_EQ(kept(bench).size(), 3U) << "too early";
  pass(bench, 4min);
  EXPECT_EQ(kept(bench), (std::set<std::string>{eventOf("o1", 2).id}));
  bench.world().run(bench.bus().stop());
}

TEST(EmbeddedBus, ForgetsNothingThatAGroupHasNotSeenHoweverOld) {
  EmbeddedBench bench(true, 0, 1min);
  bool broken = true;
  bench.bus().subscribe({"late", "order", {}, 1'000'000, [&broken](const store::StoredEvent& event) -> task<void> {
                           if (broken && event.event.subject == "o1") throw Error(Code::kInternal, "BROKEN", "not yet");
                           co_return;
                         }});
  bench.bus().start();
  bench.world().run(bench.bus().publish({eventOfNow(bench, "o1", 1), eventOfNow(bench, "o1", 2),
                                         eventOfNow(bench, "o2", 1), eventOfNow(bench, "o2", 2)}));
  pass(bench, 10min);
  EXPECT_EQ(kept(bench), (std::set<std::string>{eventOf("o1", 1).id, eventOf("o1", 2).id}))
      << "what its own group has not seen stays, and keeps nothing else";
  broken = false;
  pass(bench, 5min);
  EXPECT_TRUE(kept(bench).empty());
  bench.world().run(bench.bus().stop());
}

TEST(EmbeddedBus, ForgetsNothingThatAReplayStillNeeds) {
  EmbeddedBench bench(true, 0, 5min);
  bool broken = false;
  std::size_t seen = 0;
  bench.bus().subscribe({"mail", "order", {}, 1'000'000, [&](const store::StoredEvent&) -> task<void> {
                           if (broken) throw Error(Code::kInternal, "BROKEN", "not yet");
                           ++seen;
                           co_return;
                         }});
  bench.bus().start();
  bench.world().run(bench.bus().publish({eventOfNow(bench, "o1", 1), eventOfNow(bench, "o1", 2)}));
  ASSERT_TRUE(bench.world().waitUntil([&] { return seen == 2; }));
  broken = true;
  auto replay = [](Bus& bus) -> task<void> {
    ReplayRequest request;
    request.id = "rpl_1";
    co_await bus.journal().replay(std::move(request));
  };
  bench.world().run(replay(bench.bus()));
  pass(bench, 20min);
  EXPECT_EQ(kept(bench).size(), 2U) << "the replay's events were deleted under it";
  broken = false;
  pass(bench, 10min);
  EXPECT_EQ(seen, 4U);
  EXPECT_TRUE(kept(bench).empty());
  bench.world().run(bench.bus().stop());
}

TEST(EmbeddedBus, ForgetsWhatEveryGroupIsDoneWith) {
  SmallShop shop(1, 100);
  for (int round = 0; round < 10; ++round) {
    shop.place(round * 100, round * 100 + 100);
    ASSERT_TRUE(shop.world().runUntil([&] { return shop.settled(); }, 60s));
    shop.world().runFor(1s);
  }
  const auto log = shop.closeAndOpenLog();
  const auto rows = log->query("SELECT COUNT(*), COALESCE(MAX(entry), 0) FROM event_log", {}).runReady();
  EXPECT_EQ(rows.at(0).int64(1), 1000);
  EXPECT_GE(rows.at(0).int64(0), 100) << "the newest are kept for replay";
  EXPECT_LE(rows.at(0).int64(0), 200) << "old events were not deleted";
}

}  // namespace
}  // namespace kontor::bus::embedded
