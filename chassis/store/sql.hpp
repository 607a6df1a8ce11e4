#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/rpc/context.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/store/event.hpp"

namespace kontor::store {

/// Bytes bound as BLOB / BYTEA; plain strings are TEXT.
struct Bytes {
  Bytes() = default;
  /// A constructor, since GCC 12 destroys a braced aggregate inside a co_await twice.
  explicit Bytes(std::string bytes) : data(std::move(bytes)) {}

  std::string data;
};

/// A bound parameter: NULL, BIGINT, BOOLEAN, TEXT, bytes. Times are bound as BIGINT microseconds.
class Param {
 public:
  using Value = std::variant<std::monostate, std::int64_t, bool, std::string, Bytes>;

  Param(std::nullptr_t) {}                                     // NOLINT(google-explicit-constructor)
  Param(std::int64_t value) : value_(value) {}                 // NOLINT(google-explicit-constructor)
  Param(int value) : value_(std::int64_t{value}) {}            // NOLINT(google-explicit-constructor)
  Param(bool value) : value_(value) {}                         // NOLINT(google-explicit-constructor)
  Param(const char* text) : value_(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  Param(std::string text) : value_(std::move(text)) {}         // NOLINT(google-explicit-constructor)
  Param(std::string_view text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Param(Bytes bytes) : value_(std::move(bytes)) {}             // NOLINT(google-explicit-constructor)
  Param(Time time) : value_(toMicros(time)) {}                 // NOLINT(google-explicit-constructor)
  template <class T>
  Param(const std::optional<T>& value) {  // NOLINT(google-explicit-constructor)
    if (value) *this = Param(*value);
  }

  const Value& value() const { return value_; }

 private:
  Value value_;
};
using Params = std::vector<Param>;

/// The parameters of a statement in the order of their numbers: `co_await tx.execute(kInsert, params(id, name))`.
/// A braced list in that place does not compile: GCC 12 cannot keep one over a co_await.
template <class... Values>
Params params(Values&&... values) {
  Params list;
  list.reserve(sizeof...(values));
  (list.emplace_back(std::forward<Values>(values)), ...);
  return list;
}

/// One row of an answer; columns are counted from 0 in the order of the SELECT. Each reader asserts the column's type.
class Row {
 public:
  explicit Row(std::vector<Param::Value> columns) : columns_(std::move(columns)) {}

  bool isNull(std::size_t column) const;
  std::int64_t int64(std::size_t column) const;
  /// BOOLEAN: a bool in PostgreSQL, 0 or 1 in SQLite.
  bool boolean(std::size_t column) const;
  const std::string& text(std::size_t column) const;
  const std::string& bytes(std::size_t column) const;
  Time time(std::size_t column) const;
  std::optional<std::int64_t> optionalInt64(std::size_t column) const;
  std::optional<std::string> optionalText(std::size_t column) const;
  std::optional<Time> optionalTime(std::size_t column) const;
  std::size_t size() const { return columns_.size(); }

 private:
  std::vector<Param::Value> columns_;
};
using Rows = std::vector<Row>;

/// Where statements run. Queries are portable: one SQL text for SQLite and PostgreSQL, parameters `$1`, `$2`, … bound
/// by their number (also when they appear out of order), only types that both know, sorting by bytes.
///
/// Throws Error ALREADY_EXISTS / "UNIQUE_VIOLATION" for a broken unique key (detail "constraint"), FAILED_PRECONDITION
/// / "CHECK_VIOLATION" for a broken CHECK, UNAVAILABLE when the store is gone or full.
class Statements {
 public:
  virtual ~Statements() = default;
  virtual task<Rows> query(std::string_view sql, Params params) = 0;
};

/// An idempotency record's answer: what the first call with its key answered.
struct SavedAnswer {
  int status = 0;
  std::string body;  // the response message, serialised; empty when it was larger than 16 KiB
  bool truncated = false;
};

/// A running transaction. Valid inside the body it was given to, on the executor that runs the body.
class Transaction : public Statements {
 public:
  /// Runs INSERT, UPDATE or DELETE; returns the number of rows it touched.
  virtual task<std::int64_t> execute(std::string_view sql, Params params) = 0;

  /// Publishes `event` once this transaction commits; delivery is at least once, in order per subject.
  ///
  /// Writes an outbox row; the relay sends it, also after a crash. Rolled back: nothing is sent.
  virtual task<void> emit(Event event) = 0;

  /// True the first time `event_id` is seen by `consumer`, and remembers it with this transaction's effect.
  virtual task<bool> once(std::string_view consumer, std::string_view event_id) = 0;

  /// The answer that was saved for this key, if any. Throws 422 IDEMPOTENCY_KEY_REUSED when the key came with another
  /// body.
  virtual task<std::optional<SavedAnswer>> answerOnce(const rpc::Idempotency& idempotency) = 0;
  /// Saves the answer of the effect with it (24 h, sealed, at most 16 KiB).
  virtual task<void> saveAnswer(const rpc::Idempotency& idempotency, SavedAnswer answer) = 0;

  /// Selects for a job queue: `sql` ends where "FOR UPDATE SKIP LOCKED" is added on stores that have concurrent
  /// writers.
  virtual task<Rows> claim(std::string_view sql, Params params) = 0;

  /// The store's own clock, the same for the whole transaction: what leases are measured by.
  virtual Time now() const = 0;
};

/// One service's own store. Thread-safe; a member outlives the calls on it.
class SqlStore : public Statements {
 public:
  using Body = std::function<task<void>(Transaction&)>;
  using SnapshotBody = std::function<task<void>(Statements&)>;

  /// Runs `body` in a transaction and returns what it returns, once that is durable.
  ///
  /// The body awaits nothing but its transaction, changes nothing outside it, and may be run again from its start (a
  /// conflict, a group commit that failed). An exception rolls back and is thrown here. Nobody sees the effect before
  /// it is durable. `body` is a callable (Transaction&) -> task<T>; it is kept alive until the answer is there.
  template <class F>
  auto transact(rpc::Context context, F body) -> std::invoke_result_t<F&, Transaction&> {
    using Task = std::invoke_result_t<F&, Transaction&>;
    using T = decltype(std::declval<Task>().await_resume());
    if constexpr (std::is_void_v<T>) {
      co_await run(std::move(context), std::move(body));
    } else {
      auto result = std::make_shared<std::optional<T>>();
      Body wrapped = [result, inner = std::move(body)](Transaction& transaction) mutable {
        return keep<T>(inner, transaction, result);
      };
      co_await run(std::move(context), std::move(wrapped));
      KONTOR_ASSERT(result->has_value(), "a body that was answered has run");
      co_return std::move(**result);
    }
  }

  /// One SELECT on the latest committed state.
  task<Rows> query(std::string_view sql, Params params) override = 0;

  /// Several SELECTs on one snapshot; `body` is a callable (Statements&) -> task<T>.
  template <class F>
  auto snapshot(F body) -> std::invoke_result_t<F&, Statements&> {
    using Task = std::invoke_result_t<F&, Statements&>;
    using T = decltype(std::declval<Task>().await_resume());
    if constexpr (std::is_void_v<T>) {
      co_await look(std::move(body));
    } else {
      auto result = std::make_shared<std::optional<T>>();
      SnapshotBody wrapped = [result, inner = std::move(body)](Statements& statements) mutable {
        return keep<T>(inner, statements, result);
      };
      co_await look(std::move(wrapped));
      KONTOR_ASSERT(result->has_value(), "a body that was answered has run");
      co_return std::move(**result);
    }
  }

  /// Called after each commit that emitted events: wakes the relay. Set once, before the first transaction.
  virtual void onEmit(std::function<void()> wake) = 0;
  /// Called after each commit with the events that its bodies emitted, in their order, before anybody is answered: who
  /// learns of the commit finds done what `told` does. It is quick, does not throw and runs on the store's thread. Set
  /// once, before the first transaction.
  virtual void onCommit(std::function<void(const std::vector<EventName>&)> told) = 0;

 protected:
  virtual task<void> run(rpc::Context context, Body body) = 0;
  virtual task<void> look(SnapshotBody body) = 0;

 private:
  template <class T, class F, class Scope>
  static task<void> keep(F& body, Scope& scope, std::shared_ptr<std::optional<T>> result) {
    task<T> work = body(scope);
    result->emplace(co_await work);
  }
};

/// A forward-only step of a schema, compiled into the binary from migrations/{sqlite,postgres}/NNNN_name.sql.
///
/// The file's first lines say `-- compatible_from: N`: the oldest binary version (number of the last migration it
/// knows) that can work on the schema after this step.
struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;
};

}  // namespace kontor::store
