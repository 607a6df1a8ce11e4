#include "chassis/store/sqlite/writer.hpp"

#include <iterator>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/store/sqlite/connection.hpp"

namespace kontor::store::sqlite {
namespace {

// While this many bodies share a commit, the next one waits until `kBusyCadence` after the last began: more share it
// then, and the machine has time for other things than syncs. Little load is not held up.
constexpr std::size_t kBusyGroup = 8;
constexpr Duration kBusyCadence = std::chrono::milliseconds(1);
// After a body had to be undone, others of its kind may soon follow: a sold-out product refuses many.
constexpr int kGroupsWithSavepoints = 32;

// A body's view of the writer's connection.
class SqliteTransaction final : public RecordedTransaction {
 public:
  SqliteTransaction(const Origin& origin, const rpc::Context& context, Connection& connection)
      : RecordedTransaction(origin, context, origin.environment.clock().now()), connection_(connection) {}

  task<Rows> query(std::string_view sql, Params params) override {
    requireOpen();
    co_return connection_.run(sql, params);
  }
  task<std::int64_t> execute(std::string_view sql, Params params) override {
    requireOpen();
    co_return connection_.change(sql, params);
  }
  // There is one writer: nothing that it selects can be claimed by another.
  task<Rows> claim(std::string_view sql, Params params) override {
    requireOpen();
    co_return connection_.run(sql, params);
  }

 private:
  // A body that swallows the error of a full disk must not go on outside its transaction, which SQLite has ended.
  void requireOpen() const {
    if (connection_.autocommit())
      throw Error(Code::kUnavailable, "STORE_FULL", "the transaction was rolled back by an earlier failure in it");
  }

  Connection& connection_;
};

Error closed() {
  return Error(Code::kUnavailable, "STORE_CLOSED", "the store was closed before the transaction began; try again");
}

}  // namespace

Writer::Writer(const RecordedTransaction::Origin& origin, Connection& connection, runtime::Executor& executor,
               Limits limits)
    : origin_(origin), connection_(connection), executor_(executor), limits_(limits) {
  KONTOR_ASSERT(limits.group_max > 0 && limits.queue_max > 0, "a store's limits are at least 1");
}

// The writer's next turn on its executor. Dropped unrun, it was the last: that executor takes no more work, and bodies
// that waited for it, which may hold the store that holds the writer, must not keep each other for ever.
class Writer::NextTurn {
 public:
  explicit NextTurn(std::weak_ptr<Writer> writer) : writer_(std::move(writer)) {}
  NextTurn(NextTurn&&) noexcept = default;
  ~NextTurn() {
    if (const auto writer = writer_.lock()) writer->close();
  }
  void operator()() {
    if (const auto writer = std::exchange(writer_, {}).lock()) writer->drain();
  }

 private:
  std::weak_ptr<Writer> writer_;
};

Writer::~Writer() { close(); }

void Writer::close() {
  std::deque<Job> waiting;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting.swap(queue_);
  }
  if (waiting.empty()) return;
  Callers callers;
  for (Job& job : waiting) {
    job.waiting->failure = std::make_exception_ptr(closed());
    callers.push_back(std::move(job.waiting));
    job.body = nullptr;
  }
  resume(std::move(callers), executor_);
}

Writer::Turn Writer::run(rpc::Context context, SqlStore::Body body) {
  return {*this, Job{std::move(context), std::move(body), std::make_shared<Waiting>(), nullptr}};
}

bool Writer::Turn::await_suspend(std::coroutine_handle<> caller) {
  waiting_->caller = caller;
  waiting_->executor = &runtime::Executor::current();
  try {
    writer_.submit(std::move(job_));
  } catch (const Error&) {
    waiting_->failure = std::current_exception();
    return false;
  }
  return true;
}

// From the push on another thread may answer: the caller's frame must not be touched any more.
void Writer::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    refuseIfFull();
    queue_.push_back(std::move(job));
    if (scheduled_) return;
    scheduled_ = true;
  }
  schedule();
}

void Writer::refuseIfFull() const {
  if (closed_) throw closed();
  if (queue_.size() < limits_.queue_max) return;
  throw Error(Code::kResourceExhausted, "STORE_BUSY",
              "the store of \"" + origin_.service + "\" has " + std::to_string(queue_.size()) +
                  " transactions waiting, which is its limit; try again later");
}

void Writer::schedule() { executor_.post(NextTurn(weak_from_this())); }

void Writer::scheduleAfter(Duration pause) { executor_.after(pause, NextTurn(weak_from_this())); }

Writer::Group Writer::take() {
  const std::lock_guard lock(mutex_);
  Group group;
  while (!queue_.empty() && group.size() < limits_.group_max) {
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void Writer::drain() {
  const SteadyTime began = executor_.now();
  Group group = take();
  const bool busy = group.size() >= kBusyGroup;
  if (!group.empty() && !commitTogether(group)) runSingly(group);
  connection_.checkpoint();
  const Duration left = std::chrono::ceil<Duration>(began + kBusyCadence - executor_.now());
  if (busy && left > Duration(0)) {
    scheduleAfter(left);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = !queue_.empty();
    if (!scheduled_) return;
  }
  schedule();
}

// False when nothing of the group was kept and nobody was answered.
bool Writer::commitTogether(Group& group) {
  if (group.size() == 1) return false;  // run alone it needs no savepoint
  if (groups_with_savepoints_ == 0) {
    if (tryTogether(group, false)) return true;
    groups_with_savepoints_ = kGroupsWithSavepoints;
  }
  --groups_with_savepoints_;
  return tryTogether(group, true);
}

bool Writer::tryTogether(Group& group, bool with_savepoints) {
  emitted_.clear();
  try {
    connection_.run("BEGIN IMMEDIATE", {});
    for (Job& job : group) {
      const bool kept = with_savepoints ? runInSavepoint(job) : runBare(job);
      if (kept) continue;
      rollBack();
      return false;
    }
    connection_.run("COMMIT", {});
  } catch (const Error&) {
    rollBack();
    return false;
  }
  tell();
  settle(group);
  if (!emitted_.empty() && wake_) wake_();
  return true;
}

// False when the body failed with something to undo, or the whole transaction is gone.
bool Writer::runBare(Job& job) {
  job.failure = nullptr;
  const std::size_t emitted_before = emitted_.size();
  const std::int64_t changes_before = connection_.totalChanges();
  runBody(job);
  if (connection_.autocommit()) return false;
  if (!job.failure) return true;
  emitted_.resize(emitted_before);
  return connection_.totalChanges() == changes_before;
}

// False when the whole transaction is gone.
bool Writer::runInSavepoint(Job& job) {
  job.failure = nullptr;
  connection_.run("SAVEPOINT body", {});
  const std::size_t emitted_before = emitted_.size();
  runBody(job);
  if (connection_.autocommit()) return false;
  if (job.failure) {
    emitted_.resize(emitted_before);
    connection_.run("ROLLBACK TO body", {});
  }
  connection_.run("RELEASE body", {});
  return true;
}

void Writer::runSingly(Group& group) {
  for (Job& job : group) {
    emitted_.clear();
    runAlone(job);
    if (job.failure) emitted_.clear();
    tell();
    Group answered;
    answered.push_back(std::move(job));
    settle(answered);
    if (!emitted_.empty() && wake_) wake_();
  }
}

void Writer::runAlone(Job& job) {
  job.failure = nullptr;
  try {
    connection_.run("BEGIN IMMEDIATE", {});
    runBody(job);
    if (connection_.autocommit()) {
      KONTOR_ASSERT(job.failure, "a transaction ended without a failure");
      return;
    }
    if (job.failure) {
      rollBack();
    } else {
      connection_.run("COMMIT", {});
    }
  } catch (const Error&) {
    job.failure = std::current_exception();
    rollBack();
  }
}

void Writer::runBody(Job& job) {
  SqliteTransaction transaction(origin_, job.context, connection_);
  try {
    task<void> work = job.body(transaction);
    work.runReady();
  } catch (...) {
    job.failure = std::current_exception();
  }
  // A body may have swallowed the error that ended its transaction: it must not be taken for a success.
  if (!job.failure && connection_.autocommit())
    job.failure = std::make_exception_ptr(
        Error(Code::kUnavailable, "STORE_FULL", "the transaction was rolled back by a failure in it"));
  std::move(transaction.emitted().begin(), transaction.emitted().end(), std::back_inserter(emitted_));
}

// Between the commit and its answers: nobody who knows of the commit may find what it made stale.
void Writer::tell() const {
  if (!emitted_.empty() && told_) told_(emitted_);
}

void Writer::rollBack() {
  if (connection_.autocommit()) return;
  try {
    connection_.run("ROLLBACK", {});
  } catch (const Error&) {
    // A failure on the way out still ends the transaction; one that did not would be carried into the next.
    KONTOR_ASSERT(connection_.autocommit(), "a transaction could not be rolled back");
  }
}

// The bodies go first: what they hold must not be released beside callers that go on.
void Writer::settle(Group& group) {
  Callers callers;
  callers.reserve(group.size());
  for (Job& job : group) {
    job.body = nullptr;
    job.waiting->failure = std::move(job.failure);
    callers.push_back(std::move(job.waiting));
  }
  resume(std::move(callers), executor_);
}

}  // namespace kontor::store::sqlite
