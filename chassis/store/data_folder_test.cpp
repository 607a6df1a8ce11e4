#include "chassis/store/data_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "chassis/base/error.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/testing/temporary_folder.hpp"

namespace kontor::store {
namespace {

namespace fs = std::filesystem;

// The reason and message with which a path is refused; empty when it is not.
std::pair<std::string, std::string> refusal(const fs::path& path) {
  try {
    const DataFolder folder = DataFolder::open(path);
  } catch (const Error& error) {
    return {error.reason(), error.message()};
  }
  return {};
}

TEST(DataFolder, IsMadeForItsOwnerOnly) {
  const testing::TemporaryFolder parent;
  const fs::path path = parent.path() / "deep" / "data";
  const DataFolder folder = DataFolder::open(path);
  EXPECT_EQ(folder.path(), path);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
}

TEST(DataFolder, IsHeldByOneAtATime) {
  const testing::TemporaryFolder parent;
  {
    const DataFolder holder = DataFolder::open(parent.path());
    const auto [reason, message] = refusal(parent.path());
    EXPECT_EQ(reason, "DATA_FOLDER_LOCKED");
    EXPECT_NE(message.find("process " + std::to_string(::getpid())), std::string::npos) << message;
    EXPECT_NE(message.find(parent.path().string()), std::string::npos) << message;
  }
  EXPECT_EQ(refusal(parent.path()).first, "") << "the lock outlived its holder";
}

TEST(DataFolder, MovesWithItsLock) {
  const testing::TemporaryFolder parent;
  DataFolder held;
  held = DataFolder::open(parent.path());
  EXPECT_EQ(refusal(parent.path()).first, "DATA_FOLDER_LOCKED");
  { const DataFolder moved = std::move(held); }
  EXPECT_EQ(refusal(parent.path()).first, "");
}

TEST(DataFolder, SaysWhyAPathCannotBeUsed) {
  const testing::TemporaryFolder parent;
  std::ofstream(parent.path() / "file") << "x";
  const auto [reason, message] = refusal(parent.path() / "file");
  EXPECT_EQ(reason, "DATA_FOLDER_UNUSABLE");
  EXPECT_NE(message.find("it is no folder"), std::string::npos) << message;
  // Nobody may make folders there, not even root.
  EXPECT_EQ(refusal("/proc/kontor").first, "DATA_FOLDER_UNUSABLE");
  EXPECT_EQ(refusal("/proc").first, "DATA_FOLDER_UNUSABLE");
}

TEST(Migrations, AreOneDialectsFilesInOrder) {
  const EmbeddedFile files[] = {{"postgres/0001_a.sql", "pg"},
                                {"sqlite/0002_more_words.sql", "-- compatible_from: 1\nb"},
                                {"sqlite/0001_a.sql", "-- compatible_from: 0\na"},
                                {"sqlite/README.md", "x"}};
  const auto migrations = migrationsOf(files, "sqlite");
  ASSERT_EQ(migrations.size(), 2U);
  EXPECT_EQ(migrations[0].name, "0001_a");
  EXPECT_EQ(migrations[1].version, 2);
  EXPECT_EQ(migrations[1].name, "0002_more_words");
  EXPECT_EQ(compatibleFrom(migrations[1]), 1);
}

TEST(MigrationsDeathTest, WithGapsOrWithoutTheirMarkAreBugs) {
  const EmbeddedFile gap[] = {{"sqlite/0002_b.sql", "b"}};
  EXPECT_DEATH(migrationsOf(gap, "sqlite"), "without gaps");
  EXPECT_DEATH(compatibleFrom({1, "0001_a", "CREATE TABLE t (id TEXT)"}), "compatible_from");
  EXPECT_DEATH(compatibleFrom({1, "0001_a", "-- compatible_from: 2\n"}), "at most its own version");
}

}  // namespace
}  // namespace kontor::store
