#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/store/recorded_transaction.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/store/sqlite/waiting.hpp"

namespace kontor::runtime {
class Executor;
}

namespace kontor::store::sqlite {

class Connection;

/// Runs transaction bodies on the one connection that writes: one after another, many to a commit.
///
/// A failing body undoes only itself: mostly it has changed nothing yet, else its group begins again with a savepoint
/// for each body. Savepoints cost a copy of every page that is written, so they are taken only while bodies fail. While
/// a commit waits for the disk, the bodies that arrive queue up and share the next one: the disk's sync rate bounds
/// commits, not transactions. Nobody is answered before its commit has returned. A group that SQLite rolled back as a
/// whole (a full disk) is run again, one body to a commit, so that each gets its own answer.
class Writer : public std::enable_shared_from_this<Writer> {
 public:
  struct Limits {
    std::size_t group_max;
    std::size_t queue_max;
  };

  /// `origin` and `connection` must outlive the writer; bodies run on `executor`, which alone uses the connection.
  Writer(const RecordedTransaction::Origin& origin, Connection& connection, runtime::Executor& executor, Limits limits);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  class Turn;
  /// Queues a body when awaited; thread-safe. Returns when its effect is durable, throws the error that undid it, or
  /// RESOURCE_EXHAUSTED / "STORE_BUSY" when the queue is full.
  Turn run(rpc::Context context, SqlStore::Body body);
  /// Called on the writer's thread after a commit that emitted events. Set before the first transaction.
  void onEmit(std::function<void()> wake) { wake_ = std::move(wake); }
  /// Called on the writer's thread after such a commit, before anybody is answered. Set before the first transaction.
  void onCommit(std::function<void(const std::vector<EventName>&)> told) { told_ = std::move(told); }
  /// Answers what still waits with UNAVAILABLE. Call it once the executor runs no more work.
  void close();

 private:
  struct Job {
    rpc::Context context;
    SqlStore::Body body;
    std::shared_ptr<Waiting> waiting;
    std::exception_ptr failure;
  };
  using Group = std::vector<Job>;
  class NextTurn;

  void submit(Job job);
  void refuseIfFull() const;
  void schedule();
  void scheduleAfter(Duration pause);
  void drain();
  Group take();
  bool tryTogether(Group& group, bool with_savepoints);
  void runSingly(Group& group);
  bool commitTogether(Group& group);
  bool runBare(Job& job);
  bool runInSavepoint(Job& job);
  void runAlone(Job& job);
  void runBody(Job& job);
  void tell() const;
  void rollBack();
  void settle(Group& group);

  const RecordedTransaction::Origin& origin_;
  Connection& connection_;
  runtime::Executor& executor_;
  const Limits limits_;
  std::function<void()> wake_;
  int groups_with_savepoints_ = 0;  // how many more
  std::function<void(const std::vector<EventName>&)> told_;
  std::vector<EventName> emitted_;  // by the bodies of the present commit

  std::mutex mutex_;  // guards what follows
  std::deque<Job> queue_;
  bool scheduled_ = false;
  bool closed_ = false;
};

/// What `Writer::run` returns, to be awaited once.
class Writer::Turn {
 public:
  Turn(Writer& writer, Job job) : writer_(writer), job_(std::move(job)), waiting_(job_.waiting) {}

  bool await_ready() const noexcept { return false; }
  /// False, to go on at once, when the writer refuses the job.
  bool await_suspend(std::coroutine_handle<> caller);
  void await_resume() const {
    if (waiting_->failure) std::rethrow_exception(waiting_->failure);
  }

 private:
  Writer& writer_;
  Job job_;
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace kontor::store::sqlite
