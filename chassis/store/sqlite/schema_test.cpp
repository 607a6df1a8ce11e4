#include <gtest/gtest.h>

#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/testing/lossy_vfs.hpp"

namespace kontor::store::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr Migration kFirst{1, "0001_shelf",
                           "-- compatible_from: 1\nCREATE TABLE shelf (id TEXT NOT NULL PRIMARY KEY);"};
constexpr Migration kSecond{2, "0002_width", "-- compatible_from: 1\nALTER TABLE shelf ADD COLUMN width BIGINT;"};
constexpr Migration kThird{3, "0003_rename",
                           "-- compatible_from: 2\nALTER TABLE shelf RENAME COLUMN width TO width_mm;"
                           "INSERT INTO shelf (id, width_mm) VALUES ('first', 800);"};
constexpr Migration kBroken{2, "0002_broken",
                            "-- compatible_from: 1\nCREATE TABLE extra (id TEXT);\nALTER TABLE nothing ADD x TEXT;"};

// One file on a disk in memory, opened by binaries of several ages.
class Schema : public ::testing::Test {
 protected:
  Schema() { node_ = world_.addNode(); }

  runtime::Environment& environment() { return world_.environment(node_); }

  std::unique_ptr<SqlStore> opened(std::vector<Migration> migrations) {
    Options options;
    options.service = "shop";
    options.file = "shop.db";
    options.vfs = disk_.name();
    return open(environment(), sealer_, options, migrations);
  }

  // The message with which a binary refuses the file.
  std::string refusal(std::vector<Migration> migrations, std::string_view reason) {
    try {
      opened(std::move(migrations));
    } catch (const Error& error) {
      EXPECT_EQ(error.reason(), reason);
      return error.message();
    }
    return "opened";
  }

  static std::int64_t number(SqlStore& store, std::string_view sql) {
    return store.query(sql, {}).runReady().at(0).int64(0);
  }

  // Runs `work` to its end, however long it takes in virtual time.
  void run(task<void> work) {
    bool done = false;
    auto noting = [](task<void> inner, bool& ended) -> task<void> {
      co_await inner;
      ended = true;
    };
    environment().background().spawn(noting(std::move(work), done));
    ASSERT_TRUE(world_.runUntil([&done] { return done; }, 1000h));
  }

  testing::LossyDisk disk_{"schema", 1};
  runtime::Simulation world_{1};
  std::size_t node_ = 0;
  runtime::SeededRandom random_{1};
  security::Sealer sealer_{"k1", std::string(32, 'k'), random_};
};

constexpr std::string_view kVersion = "SELECT MAX(version) FROM schema_version WHERE part = 'service'";

TEST_F(Schema, GrowsStepByStepAndOnlyOnce) {
  EXPECT_EQ(number(*opened({kFirst}), kVersion), 1);
  EXPECT_EQ(number(*opened({kFirst, kSecond, kThird}), kVersion), 3);
  const auto store = opened({kFirst, kSecond, kThird});
  EXPECT_EQ(number(*store, "SELECT COUNT(*) FROM shelf"), 1);
  const Rows rows = store->query("SELECT name, compatible_from FROM schema_version WHERE version = 3", {}).runReady();
  EXPECT_EQ(rows.at(0).text(0), "0003_rename");
  EXPECT_EQ(rows.at(0).int64(1), 2);
}

TEST_F(Schema, OfANewerBinaryIsTakenAsLongAsItIsCompatible) {
  opened({kFirst, kSecond});
  EXPECT_EQ(number(*opened({kFirst}), kVersion), 2);
  opened({kFirst, kSecond, kThird});
  EXPECT_EQ(number(*opened({kFirst, kSecond}), kVersion), 3);
  const std::string message = refusal({kFirst}, "SCHEMA_TOO_NEW");
  EXPECT_NE(message.find("shop.db was written by a newer Kontor"), std::string::npos) << message;
  EXPECT_NE(message.find("knows version 2, this one knows version 1"), std::string::npos) << message;
}

TEST_F(Schema, OfTheChassisIsCheckedToo) {
  {
    const auto store = opened({kFirst});
    auto age = [](SqlStore& on) -> task<void> {
      co_await on.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
        co_await tx.execute("UPDATE schema_version SET compatible_from = 99 WHERE part = 'chassis'", params());
      });
    };
    run(age(*store));
  }
  EXPECT_NE(refusal({kFirst}, "SCHEMA_TOO_NEW").find("its chassis schema"), std::string::npos);
}

TEST_F(Schema, AMigrationThatFailsLeavesNothingBehind) {
  opened({kFirst});
  const std::string message = refusal({kFirst, kBroken}, "SQL_ERROR");
  EXPECT_NE(message.find("the migration 0002_broken failed"), std::string::npos) << message;
  const auto store = opened({kFirst});
  EXPECT_EQ(number(*store, kVersion), 1);
  EXPECT_EQ(number(*store, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
}

}  // namespace
}  // namespace kontor::store::sqlite
