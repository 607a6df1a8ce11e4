#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/store/sqlite/sqlite_bench_test.hpp"

namespace kontor::store::sqlite {
namespace {

using namespace std::chrono_literals;

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         ::testing::Values(StoreDriver{"File", [] { return std::make_unique<FileBench>(); }},
                                           StoreDriver{"Simulated", [] { return std::make_unique<SimulatedBench>(); }}),
                         [](const auto& driver) { return driver.param.name; });

constexpr std::string_view kOpenAccount = "INSERT INTO account (id, balance) VALUES ($1, $2)";
constexpr std::string_view kHasAccount = "SELECT COUNT(*) FROM account WHERE id = $1";

// How one transaction ended, and how often its body ran.
struct Outcome {
  std::string reason = "unanswered";  // "" when it was committed
  int runs = 0;
};

task<void> insert(SqlStore& store, std::string id, std::size_t bytes, Outcome& outcome) {
  try {
    co_await store.transact(rpc::Context(), [&](Transaction& tx) -> task<void> {
      ++outcome.runs;
      co_await tx.execute(kOpenAccount, params(id, 1));
      if (bytes > 0)
        co_await tx.execute("INSERT INTO thing (id, bytes) VALUES (1, $1)", params(Bytes{std::string(bytes, 'x')}));
    });
    outcome.reason = "";
  } catch (const Error& error) {
    outcome.reason = error.reason();
  }
}

// Runs `count` small transactions at once, and in their midst one of `large` bytes more when that is not zero.
std::vector<Outcome> insertAtOnce(SimulatedBench& bench, std::size_t count, std::size_t large) {
  std::vector<Outcome> outcomes(count + (large > 0 ? 1 : 0));
  std::vector<task<void>> work;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    work.push_back(insert(bench.store(), std::to_string(i), i == count / 2 ? large : 0, outcomes[i]));
  bench.world().run(std::move(work));
  return outcomes;
}

int runsOf(const std::vector<Outcome>& outcomes) {
  int sum = 0;
  for (const Outcome& outcome : outcomes) sum += outcome.runs;
  return sum;
}

TEST(SqliteWriter, AFullDiskFailsOnlyWhatDoesNotFit) {
  SimulatedBench bench;
  bench.disk().leaveRoom(600'000);
  const auto outcomes = insertAtOnce(bench, 8, 2'000'000);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(outcomes[i].reason, i == 4 ? "STORE_FULL" : "") << i;
  EXPECT_GT(runsOf(outcomes), 9) << "the group that failed was not run again";
  bench.disk().makeRoom();
  Outcome later;
  bench.world().run(insert(bench.store(), "later", 2'000'000, later));
  EXPECT_EQ(later.reason, "");
}

TEST(SqliteWriter, AGroupThatFailedIsRunAgain) {
  SimulatedBench bench;
  bench.disk().failNextWrite();
  const auto outcomes = insertAtOnce(bench, 6, 0);
  for (const Outcome& outcome : outcomes) EXPECT_EQ(outcome.reason, "");
  EXPECT_GT(runsOf(outcomes), 6);
}

// Opens an account and fails, before or after the change.
task<void> failIn(SqlStore& store, std::string id, bool after_change, Outcome& outcome) {
  try {
    co_await store.transact(rpc::Context(), [&](Transaction& tx) -> task<void> {
      ++outcome.runs;
      if (after_change) co_await tx.execute(kOpenAccount, params(id, 1));
      throw Error(Code::kFailedPrecondition, "REFUSED", "no");
    });
  } catch (const Error& error) {
    outcome.reason = error.reason();
  }
}

// Six accounts at once, and among them one that is refused.
std::vector<Outcome> insertAndRefuse(SimulatedBench& bench, const std::string& prefix, bool after_change) {
  std::vector<Outcome> outcomes(7);
  std::vector<task<void>> work;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::string id = prefix + std::to_string(i);
    work.push_back(i == 3 ? failIn(bench.store(), id, after_change, outcomes[i])
                          : insert(bench.store(), id, 0, outcomes[i]));
  }
  bench.world().run(std::move(work));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].reason, i == 3 ? "REFUSED" : "") << i;
    const Rows rows = bench.store().query(kHasAccount, params(prefix + std::to_string(i))).runReady();
    EXPECT_EQ(rows.at(0).int64(0), i == 3 ? 0 : 1) << i;
  }
  return outcomes;
}

TEST(SqliteWriter, ABodyThatFailsBeforeItsFirstChangeCostsNobodyASecondRun) {
  SimulatedBench bench;
  EXPECT_EQ(runsOf(insertAndRefuse(bench, "a", false)), 7);
}

TEST(SqliteWriter, ABodyThatFailsAfterAChangeIsUndoneAlone) {
  SimulatedBench bench;
  EXPECT_GT(runsOf(insertAndRefuse(bench, "a", true)), 7) << "no group was begun again";
  EXPECT_EQ(runsOf(insertAndRefuse(bench, "b", true)), 7) << "savepoints are taken for a while after a failure";
}

TEST(SqliteWriter, ABodyThatSwallowsAFullDiskIsNoSuccess) {
  SimulatedBench bench;
  bench.disk().leaveRoom(500'000);
  auto greedy = [](SqlStore& store, std::string& reason) -> task<void> {
    try {
      co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
        co_await tx.execute(kOpenAccount, params("greedy", 1));
        // More than the page cache holds, so that the disk is asked for room before the commit.
        for (int i = 0; i < 14; ++i) {
          try {
            co_await tx.execute("INSERT INTO thing (id, bytes) VALUES ($1, $2)",
                                params(i, Bytes{std::string(1'000'000, 'x')}));
          } catch (const Error& error) {
            EXPECT_EQ(error.reason(), "STORE_FULL");
          }
        }
        try {
          co_await tx.execute(kOpenAccount, params("outside", 1));
        } catch (const Error& error) {
          EXPECT_EQ(error.reason(), "STORE_FULL");
        }
      });
      reason = "committed";
    } catch (const Error& error) {
      reason = error.reason();
    }
  };
  std::string reason;
  Outcome small;
  std::vector<task<void>> work;
  work.push_back(greedy(bench.store(), reason));
  work.push_back(insert(bench.store(), "small", 0, small));
  bench.world().run(std::move(work));
  EXPECT_EQ(reason, "STORE_FULL");
  EXPECT_EQ(small.reason, "");
  const Rows rows = bench.store().query("SELECT COUNT(*), MAX(id) FROM account", {}).runReady();
  EXPECT_EQ(rows.at(0).int64(0), 1) << "the body went on outside its transaction";
  EXPECT_EQ(rows.at(0).text(1), "small");
}

TEST(SqliteWriter, RefusesMoreThanItsQueueHolds) {
  SimulatedBench bench;
  Options options;
  options.queue_max = 2;
  bench.reopen(options);
  const auto outcomes = insertAtOnce(bench, 12, 0);
  const auto ended = [&](std::string_view reason) {
    return std::count_if(outcomes.begin(), outcomes.end(), [&](const Outcome& one) { return one.reason == reason; });
  };
  EXPECT_GT(ended("STORE_BUSY"), 0);
  EXPECT_GE(ended(""), 2);
  EXPECT_EQ(ended("STORE_BUSY") + ended(""), 12);
}

task<void> releaseSoon(sqlite3* holder) {
  co_await runtime::sleep(20ms);
  sqlite3_exec(holder, "ROLLBACK", nullptr, nullptr, nullptr);
}

// As a reader does that finds the log's index half written.
TEST(SqliteWriter, WaitsForALockThatIsHeldForAMoment) {
  const testing::TemporaryFolder folder;
  const auto world = testing::realWorld(1);
  const security::Sealer sealer = benchSealer(world->environment());
  Options options;
  options.service = "bench";
  options.file = folder.path() / "bench.db";
  const auto store = open(world->environment(), sealer, options, kBenchMigrations);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(options.file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  Outcome outcome;
  std::vector<task<void>> work;
  work.push_back(insert(*store, "a", 0, outcome));
  work.push_back(releaseSoon(other));
  world->run(std::move(work));
  EXPECT_EQ(outcome.reason, "");
  sqlite3_close(other);
}

// Bodies may hold the store whose writer holds them.
TEST(SqliteWriter, ADeadNodeFreesTheStoreOfWhatStillWaited) {
  testing::LossyDisk disk("dead", 1);
  runtime::Simulation world(1);
  const std::size_t node = world.addNode();
  runtime::Environment& environment = world.environment(node);
  const security::Sealer sealer = benchSealer(environment);
  Options options;
  options.service = "dead";
  options.file = "dead.db";
  options.vfs = disk.name();
  std::shared_ptr<SqlStore> store = open(environment, sealer, options, kBenchMigrations);
  const std::weak_ptr<SqlStore> left = store;
  for (int i = 0; i < 3; ++i) {
    environment.background().spawn(store->transact(rpc::Context(), [held = store](Transaction& tx) -> task<void> {
      co_await tx.execute(kOpenAccount, params("a", held.use_count()));
    }));
  }
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.step()) << "each queues its body";
  store.reset();
  ASSERT_FALSE(left.expired());
  world.kill(node);
  EXPECT_TRUE(left.expired());
}

TEST(SqliteDeathTest, AFailedSyncIsFatal) {
  EXPECT_DEATH(
      {
        SimulatedBench bench;
        bench.disk().failNextSync();
        Outcome outcome;
        bench.world().run(insert(bench.store(), "a", 0, outcome));
      },
      "did not make bench.db durable");
}

TEST(SqliteDeathTest, ABodyThatAwaitsSomethingElseIsABug) {
  EXPECT_DEATH(
      {
        SimulatedBench bench;
        auto body = [](SqlStore& store) -> task<void> {
          co_await store.transact(rpc::Context(), [](Transaction&) -> task<void> { co_await runtime::sleep(1s); });
        };
        bench.world().run(body(bench.store()));
      },
      "may await nothing that suspends");
}

TEST(SqliteStore, SaysWhatIsWrongWithAFile) {
  testing::TemporaryFolder folder;
  const auto world = testing::realWorld(1);
  const security::Sealer sealer = benchSealer(world->environment());
  auto refusal = [&](const std::filesystem::path& file) {
    try {
      Options options;
      options.service = "bench";
      options.file = file;
      open(world->environment(), sealer, options, kBenchMigrations);
    } catch (const Error& error) {
      EXPECT_NE(error.message().find(file.string()), std::string::npos) << error.message();
      return error.reason();
    }
    return std::string("opened");
  };
  EXPECT_EQ(refusal(folder.path() / "none" / "bench.db"), "STORE_UNAVAILABLE");
  std::ofstream(folder.path() / "text.db") << std::string(5000, 'x');
  EXPECT_EQ(refusal(folder.path() / "text.db"), "STORE_CORRUPT");
  EXPECT_EQ(refusal(folder.path() / "good.db"), "opened");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder.path() / "good.db").c_str(), &other), SQLITE_OK);
  sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  EXPECT_EQ(refusal(folder.path() / "good.db"), "STORE_LOCKED");
  sqlite3_close(other);
}

// --- kill -9 --------------------------------------------------------------------------------------------------------

task<void> writeForever(SqlStore& store, std::string prefix, int pipe) {
  for (int i = 0;; ++i) {
    const std::string id = prefix + std::to_string(i);
    Outcome outcome;
    co_await insert(store, id, 0, outcome);
    if (!outcome.reason.empty()) continue;
    const std::string line = id + "\n";
    EXPECT_EQ(::write(pipe, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
}

// The child: writes until it is killed, and tells through `pipe` what was acknowledged.
void runVictim(const std::filesystem::path& file, int round, int pipe) {
  const auto world = testing::realWorld(2);
  const security::Sealer sealer = benchSealer(world->environment());
  Options options;
  options.service = "bench";
  options.file = file;
  const auto store = open(world->environment(), sealer, options, kBenchMigrations);
  std::vector<task<void>> writers;
  writers.reserve(16);
  for (int i = 0; i < 16; ++i)
    writers.push_back(writeForever(*store, std::to_string(round) + "-" + std::to_string(i) + "-", pipe));
  world->run(std::move(writers));
}

// Starts a victim, kills it in the middle of its work, and returns what it acknowledged.
std::vector<std::string> acknowledgedByVictim(const std::filesystem::path& file, int round) {
  int pipe[2];
  EXPECT_EQ(::pipe(pipe), 0);
  const pid_t victim = ::fork();
  if (victim == 0) {
    ::close(pipe[0]);
    runVictim(file, round, pipe[1]);
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string text;
  char chunk[4096];
  bool killed = false;
  for (ssize_t size = 0; (size = ::read(pipe[0], chunk, sizeof chunk)) > 0;) {
    text.append(chunk, static_cast<std::size_t>(size));
    if (!killed && text.size() > 3000) killed = ::kill(victim, SIGKILL) == 0;
  }
  ::close(pipe[0]);
  ::waitpid(victim, nullptr, 0);
  std::vector<std::string> ids;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    ids.push_back(text.substr(at, end - at));
  return ids;
}

TEST(SqliteStore, WhatAKilledProcessAcknowledgedIsThere) {
  testing::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "bench.db";
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    const auto ids = acknowledgedByVictim(file, round);
    EXPECT_GT(ids.size(), 100U);
    acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, "SELECT COUNT(*) FROM account WHERE id = ?", -1, &statement, nullptr);
  for (const std::string& id : acknowledged) {
    sqlite3_bind_text(statement, 1, id.c_str(), -1, SQLITE_TRANSIENT);
    ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
    EXPECT_EQ(sqlite3_column_int(statement, 0), 1) << id;
    sqlite3_reset(statement);
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
}

// --- power cuts -----------------------------------------------------------------------------------------------------

struct Losses {
  std::size_t acknowledged = 0;
  std::size_t lost = 0;
  std::size_t broken = 0;  // runs after which the file could not be opened
};

class PowerCuts {
 public:
  PowerCuts(std::uint64_t seed, bool sync) : disk_("cut", seed), world_(seed), sync_(sync) { node_ = world_.addNode(); }

  void run(Losses& losses) {
    for (int life = 0; life < 4; ++life) {
      try {
        live(life);
      } catch (const Error&) {
        ++losses.broken;
        return;
      }
    }
    count(losses);
  }

 private:
  std::unique_ptr<SqlStore> opened() {
    Options options;
    options.service = "cut";
    options.file = "cut.db";
    options.vfs = disk_.name();
    options.sync = sync_;
    return open(environment(), sealer_, options, kBenchMigrations);
  }

  runtime::Environment& environment() { return world_.environment(node_); }

  task<void> writer(SqlStore& store, std::string prefix) {
    for (int i = 0; i < 12; ++i) {
      const std::string id = prefix + std::to_string(i);
      Outcome outcome;
      co_await insert(store, id, 0, outcome);
      if (!outcome.reason.empty()) break;
      acknowledged_.push_back(id);
    }
    ++ended_;
  }

  // Writers work until the disk dies at some write and they hear of it, or until they are done; then the power goes.
  void live(int life) {
    {
      const auto store = opened();
      disk_.dieAfterWrites(world_.random().below(120));
      ended_ = 0;
      for (int i = 0; i < 6; ++i)
        environment().background().spawn(writer(*store, std::to_string(life) + "-" + std::to_string(i) + "-"));
      EXPECT_TRUE(world_.runUntil([this] { return ended_ == 6; }, 60s));
      world_.kill(node_);
    }
    disk_.powerCut();
    world_.restart(node_);
  }

  void count(Losses& losses) {
    losses.acknowledged += acknowledged_.size();
    try {
      const auto store = opened();
      for (const std::string& id : acknowledged_)
        if (store->query(kHasAccount, params(id)).runReady().at(0).int64(0) != 1) ++losses.lost;
    } catch (const Error&) {
      ++losses.broken;
    }
  }

  testing::LossyDisk disk_;
  runtime::Simulation world_;
  const bool sync_;
  std::size_t node_;
  runtime::SeededRandom random_{1};
  security::Sealer sealer_{"k1", std::string(32, 'k'), random_};
  std::vector<std::string> acknowledged_;
  int ended_ = 0;
};

Losses lossesOf(std::uint64_t seeds, bool sync) {
  Losses losses;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) PowerCuts(seed, sync).run(losses);
  return losses;
}

TEST(SqliteStore, PowerCutsLoseNoAcknowledgedCommit) {
  const Losses losses = lossesOf(150, true);
  EXPECT_GT(losses.acknowledged, 5'000U);
  EXPECT_EQ(losses.lost, 0U);
  EXPECT_EQ(losses.broken, 0U);
  RecordProperty("acknowledged", static_cast<int>(losses.acknowledged));
}

// Shows that the test above can see a loss: without syncs, power cuts do lose commits or break the file.
TEST(SqliteStore, PowerCutsWithoutSyncsLoseCommits) {
  const Losses losses = lossesOf(30, false);
  EXPECT_GT(losses.lost + losses.broken, 10U);
}

}  // namespace
}  // namespace kontor::store::sqlite
