#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "chassis/runtime/oneshot.hpp"
#include "chassis/store/recorded_transaction.hpp"
#include "chassis/store/sql.hpp"

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

  /// Queues a body; thread-safe. Throws RESOURCE_EXHAUSTED / "STORE_BUSY" when the queue is full. The answer comes when
  /// its effect is durable, or as the error that undid it.
  runtime::OneShot<bool> submit(rpc::Context context, SqlStore::Body body);
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
    runtime::OneShot<bool> answer;
    std::exception_ptr failure;
  };
  using Group = std::vector<Job>;

  void schedule();
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
  static void settle(Job& job);

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

}  // namespace kontor::store::sqlite
