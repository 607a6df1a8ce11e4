// SQLite alone: an order's row and its event's row, N of them in one durable commit, again and again. What the shop's
// checkouts stand on, with nothing of the shop around it: no HTTP, no rules, one file instead of seven.
//
// usage: sqlite_groups --folder F --group 64 --seconds 1     prints orders and commits a second as JSON
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "bench/options.hpp"

namespace kontor::bench {
namespace {

using Clock = std::chrono::steady_clock;

// About what the shop writes for one: its order of one line, sealed, and its order.placed event.
constexpr std::size_t kOrderBytes = 900;
constexpr std::size_t kEventBytes = 700;

class Database {
 public:
  explicit Database(const std::string& file) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) throw failure("open");
  }
  ~Database() {
    sqlite3_finalize(order_);
    sqlite3_finalize(event_);
    sqlite3_close(database_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void script(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw failure(sql);
  }

  void prepare() {
    order_ = statement("INSERT INTO orders (id, cart, state, created_at, body) VALUES (?1, ?2, 'open', ?3, ?4)");
    event_ = statement("INSERT INTO outbox (id, topic, subject, time, data) VALUES (?1, 'order', ?2, ?3, ?4)");
  }

  void addOrder(std::int64_t number) {
    const std::string id = "ord_" + std::to_string(number * 7919 % 1'000'003) + "_" + std::to_string(number);
    bind(order_, 1, id);
    bind(order_, 2, "cart" + id);
    sqlite3_bind_int64(order_, 3, number);
    bind(order_, 4, order_body_);
    step(order_);
    bind(event_, 1, "evt" + id);
    bind(event_, 2, id);
    sqlite3_bind_int64(event_, 3, number);
    bind(event_, 4, event_body_);
    step(event_);
  }

 private:
  std::runtime_error failure(const std::string& what) const {
    return std::runtime_error(what + ": " + sqlite3_errmsg(database_));
  }

  sqlite3_stmt* statement(const char* sql) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database_, sql, -1, &prepared, nullptr) != SQLITE_OK) throw failure(sql);
    return prepared;
  }

  static void bind(sqlite3_stmt* statement, int index, const std::string& text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }

  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw failure("insert");
    sqlite3_reset(statement);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* order_ = nullptr;
  sqlite3_stmt* event_ = nullptr;
  std::string order_body_ = std::string(kOrderBytes, 'o');
  std::string event_body_ = std::string(kEventBytes, 'e');
};

void setUp(Database& database) {
  // As the shop's stores: a power cut loses nothing that was committed.
  database.script("PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL");
  database.script(
      "CREATE TABLE orders (id TEXT NOT NULL PRIMARY KEY, cart TEXT NOT NULL UNIQUE, state TEXT NOT NULL,"
      " created_at BIGINT NOT NULL, body BLOB NOT NULL);"
      "CREATE INDEX orders_created_at ON orders (created_at);"
      "CREATE TABLE outbox (position INTEGER PRIMARY KEY, id TEXT NOT NULL, topic TEXT NOT NULL,"
      " subject TEXT NOT NULL, time BIGINT NOT NULL, data TEXT NOT NULL)");
  database.prepare();
}

void run(const Options& options) {
  const std::string file = options.text("folder", ".") + "/groups-" + std::to_string(::getpid()) + ".db";
  const std::size_t group = options.count("group", 64);
  double elapsed = 0;
  std::int64_t orders = 0;
  std::int64_t commits = 0;
  {
    Database database(file);
    setUp(database);
    const auto began = Clock::now();
    const double seconds = options.number("seconds", 1);
    while (elapsed < seconds) {
      database.script("BEGIN IMMEDIATE");
      for (std::size_t i = 0; i < group; ++i) database.addOrder(orders++);
      database.script("COMMIT");
      ++commits;
      elapsed = std::chrono::duration<double>(Clock::now() - began).count();
    }
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
  std::printf("{\"ordersPerSecond\":%.1f,\"commitsPerSecond\":%.1f}\n", static_cast<double>(orders) / elapsed,
              static_cast<double>(commits) / elapsed);
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  try {
    kontor::bench::run(kontor::bench::Options(argc, argv, {"folder", "group", "seconds"}));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sqlite_groups: %s\n", error.what());
    return 1;
  }
}
