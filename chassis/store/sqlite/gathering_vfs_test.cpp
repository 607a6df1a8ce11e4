#include "chassis/store/sqlite/gathering_vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "chassis/testing/temporary_folder.hpp"

namespace kontor::store::sqlite {
namespace {

namespace fs = std::filesystem;

class Database {
 public:
  Database(const fs::path& file, const char* vfs) {
    EXPECT_EQ(sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs), SQLITE_OK);
  }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle_);
  }
  std::int64_t number(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return -1;
    const bool row = sqlite3_step(statement) == SQLITE_ROW;
    const std::int64_t value = row ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* handle_ = nullptr;
};

constexpr const char* kCount = "SELECT COUNT(*) FROM thing";

std::string insertOf(int id, int bytes) {
  return "INSERT INTO thing VALUES (" + std::to_string(id) + ", randomblob(" + std::to_string(bytes) + "))";
}

/// What a process that died now would leave behind: the files as the system has them.
std::int64_t countAfterDeath(const fs::path& file, const fs::path& into) {
  fs::create_directory(into);
  for (const char* suffix : {"", "-wal"}) {
    const fs::path from(file.string() + suffix);
    if (fs::exists(from)) fs::copy_file(from, into / from.filename());
  }
  return Database(into / file.filename(), nullptr).number(kCount);
}

// Commits of all sizes, rolled-back ones between them, and checkpoints, so that the log begins again.
void fill(Database& writer, int rounds) {
  for (int id = 0; id < rounds; ++id) {
    writer.run("BEGIN; " + insertOf(2 * id, id * 9'973) + "; " + insertOf(2 * id + 1, 10) + "; COMMIT");
    writer.run("BEGIN; " + insertOf(-1, 200'000) + "; ROLLBACK");
    if (id % 7 == 6) writer.run("PRAGMA wal_checkpoint(PASSIVE)");
  }
}

struct Scene {
  explicit Scene(const std::string& synchronous) {
    writer.run("PRAGMA synchronous = " + synchronous + "; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    writer.run("PRAGMA cache_size = 10");  // so that a large transaction goes to the log before its commit
    writer.run("CREATE TABLE thing (id BIGINT PRIMARY KEY, body BLOB NOT NULL)");
  }
  testing::TemporaryFolder folder;
  fs::path file = folder.path() / "a.db";
  Database writer{file, gatheringVfs()};
};

TEST(GatheringVfs, HasWrittenACommitWhenItReturns) {
  Scene scene("EXTRA");
  Database reader(scene.file, nullptr);
  for (int round = 1; round <= 5; ++round) {
    scene.writer.run("DELETE FROM thing");
    fill(scene.writer, 20);
    EXPECT_EQ(reader.number(kCount), 40);
    EXPECT_EQ(countAfterDeath(scene.file, scene.folder.path() / std::to_string(round)), 40);
    EXPECT_EQ(scene.writer.number("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
  }
}

// Why it is for connections that sync at every commit, and what the test above would show if a sync wrote nothing.
TEST(GatheringVfs, KeepsToItselfWhatIsNotSynced) {
  Scene scene("OFF");
  scene.writer.run(insertOf(1, 10));
  EXPECT_NE(countAfterDeath(scene.file, scene.folder.path() / "copy"), 1);
}

}  // namespace
}  // namespace kontor::store::sqlite
