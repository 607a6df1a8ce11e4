#include "chassis/store/sqlite/sqlite_store.hpp"

#include <mutex>
#include <thread>
#include <unordered_map>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/sqlite/connection.hpp"
#include "chassis/store/sqlite/schema.hpp"
#include "chassis/store/sqlite/writer.hpp"

namespace kontor::store::sqlite {
namespace {

class ReadStatements final : public Statements {
 public:
  explicit ReadStatements(Connection& connection) : connection_(connection) {}
  task<Rows> query(std::string_view sql, Params params) override { co_return connection_.select(sql, params); }

 private:
  Connection& connection_;
};

class SqliteStore final : public SqlStore {
 public:
  SqliteStore(runtime::Environment& environment, const security::Sealer& sealer, Options options,
              std::span<const Migration> migrations)
      : options_(std::move(options)),
        origin_{environment, sealer, options_.service},
        connection_(options_.file, options_.vfs, alone() ? Role::kAlone : Role::kWriter, options_.sync) {
    migrate(connection_, migrations, options_.file, environment.clock().now());
    worker_ = environment.makeWorker(options_.service);
    const Writer::Limits limits{options_.group_max, options_.queue_max};
    writer_ = std::make_shared<Writer>(origin_, connection_, worker_->executor(), limits);
  }

  ~SqliteStore() override {
    worker_.reset();  // waits for the body that runs
    writer_->close();
  }

  task<Rows> query(std::string_view sql, Params params) override { co_return reader().select(sql, params); }

  void onEmit(std::function<void()> wake) override { writer_->onEmit(std::move(wake)); }
  void onCommit(std::function<void(const std::vector<EventName>&)> told) override {
    writer_->onCommit(std::move(told));
  }

 protected:
  task<void> run(rpc::Context context, Body body) override {
    Writer::Turn turn = writer_->run(std::move(context), std::move(body));
    co_await turn;
  }

  // Runs in place: a read waits for nobody, and what it reads is mostly in memory.
  task<void> look(SnapshotBody body) override {
    Connection& connection = reader();
    KONTOR_ASSERT(connection.autocommit(), "a snapshot within a snapshot or a transaction");
    ReadStatements statements(connection);
    connection.run("BEGIN", {});
    try {
      task<void> work = body(statements);
      work.runReady();
    } catch (...) {
      connection.run("ROLLBACK", {});
      throw;
    }
    connection.run("COMMIT", {});
    co_return;
  }

 private:
  // A VFS of one's own has no shared memory, so the writer's connection is the only one.
  bool alone() const { return !options_.vfs.empty(); }

  // The calling thread's own connection, so that readers wait neither for each other nor for the writer.
  Connection& reader() {
    if (alone()) return connection_;
    const std::lock_guard lock(mutex_);
    auto& connection = readers_[std::this_thread::get_id()];
    if (!connection)
      connection = std::make_unique<Connection>(options_.file, options_.vfs, Role::kReader, options_.sync);
    return *connection;
  }

  Options options_;
  RecordedTransaction::Origin origin_;
  Connection connection_;
  std::shared_ptr<Writer> writer_;
  std::unique_ptr<runtime::Worker> worker_;
  std::mutex mutex_;
  std::unordered_map<std::thread::id, std::unique_ptr<Connection>> readers_;
};

}  // namespace

std::unique_ptr<SqlStore> open(runtime::Environment& environment, const security::Sealer& sealer, Options options,
                               std::span<const Migration> migrations) {
  return std::make_unique<SqliteStore>(environment, sealer, std::move(options), migrations);
}

}  // namespace kontor::store::sqlite
