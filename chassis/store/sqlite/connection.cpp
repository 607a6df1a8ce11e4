#include "chassis/store/sqlite/connection.hpp"

#include <sqlite3.h>

#include <charconv>
#include <cstdint>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/store/sqlite/failure.hpp"
#include "chassis/store/sqlite/gathering_vfs.hpp"

namespace kontor::store::sqlite {
namespace {

// 16 MB of log before it is copied into the database, four times SQLite's default: pages that are written again and
// again are copied once, and reading such a log after a crash takes some 10 ms.
constexpr int kCheckpointPages = 4000;
// There is one writer, and still it may find its lock taken: a reader that meets the log's index half written takes
// that lock for a moment to look again. Without patience one transaction in a million was refused.
constexpr int kLockPatienceMs = 250;
// Statements come from constants, so a cache seldom fills; lists with many filters may build more texts than that.
constexpr std::size_t kStatementsMax = 512;

int rememberLogPages(void* log_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(log_pages) = pages;
  return SQLITE_OK;
}

std::vector<std::size_t> parametersOf(sqlite3_stmt* statement) {
  std::vector<std::size_t> indexes;
  const int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, i);
    KONTOR_ASSERT(name != nullptr && name[0] == '$', "a statement's parameters are written $1, $2, ...");
    std::size_t number = 0;
    const std::string_view digits(name + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    KONTOR_ASSERT(number >= 1 && std::to_string(number) == digits, "a parameter is $ and a number from 1");
    indexes.push_back(number - 1);
  }
  return indexes;
}

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(bool value) const { return sqlite3_bind_int(statement, index, value ? 1 : 0); }
  int operator()(const std::string& text) const {
    return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(const Bytes& bytes) const {
    return sqlite3_bind_blob64(statement, index, bytes.data.data(), bytes.data.size(), SQLITE_STATIC);
  }
};

Param::Value columnOf(sqlite3_stmt* statement, int column) {
  const int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) return std::monostate();
  if (type == SQLITE_INTEGER) return std::int64_t{sqlite3_column_int64(statement, column)};
  KONTOR_ASSERT(type == SQLITE_TEXT || type == SQLITE_BLOB, "a store holds no floating-point numbers");
  // The pointer first: the size is that of the form that was asked for last.
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
  std::string value(data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
  if (type == SQLITE_TEXT) return value;
  return Bytes{std::move(value)};
}

Row rowOf(sqlite3_stmt* statement) {
  const int count = sqlite3_column_count(statement);
  std::vector<Param::Value> columns;
  columns.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) columns.push_back(columnOf(statement, i));
  return Row(std::move(columns));
}

// SQLite's counts of its memory cost one lock for all threads at every allocation, and nobody reads them. Refused once
// the library is in use, as by a program that has registered a VFS: then it counts.
void setUpLibrary() {
  static const int refused = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(refused);
}

// Leaves a statement ready for its next run, whatever happened in this one.
class Reset {
 public:
  explicit Reset(sqlite3_stmt* statement) : statement_(statement) {}
  ~Reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

Connection::Connection(const std::filesystem::path& file, const std::string& vfs, Role role, bool sync) : file_(file) {
  try {
    open(vfs, role, sync);
    configure(role, sync);
  } catch (...) {
    forgetStatements();
    sqlite3_close_v2(database_);
    throw;
  }
}

Connection::~Connection() {
  forgetStatements();
  const int result = sqlite3_close(database_);
  KONTOR_ASSERT(result == SQLITE_OK, "a connection was closed in use");
}

void Connection::open(const std::string& vfs, Role role, bool sync) {
  setUpLibrary();
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (role == Role::kReader ? 0 : SQLITE_OPEN_CREATE);
  const char* system = nullptr;
  if (role == Role::kWriter && sync) system = gatheringVfs();
  const int result = sqlite3_open_v2(file_.c_str(), &database_, flags, vfs.empty() ? system : vfs.c_str());
  if (result != SQLITE_OK) fail(result, "open");
  if (sqlite3_db_readonly(database_, "main") == 1) fail(SQLITE_READONLY, "open");
  if (role == Role::kWriter) sqlite3_busy_timeout(database_, kLockPatienceMs);
  // A misspelt column in double quotes is an error here as it is in PostgreSQL, not a text.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

void Connection::configure(Role role, bool sync) {
  // Temporary data in memory; LIKE by bytes and foreign keys enforced, as in PostgreSQL.
  script("PRAGMA temp_store = MEMORY; PRAGMA case_sensitive_like = ON; PRAGMA foreign_keys = ON");
  if (role == Role::kReader) {
    script("PRAGMA query_only = ON");
    return;
  }
  if (role == Role::kAlone) script("PRAGMA locking_mode = EXCLUSIVE");
  // Before the journal mode: the rollback journal that makes the file must be gone durably before the log begins, or a
  // power cut brings it back and it rolls back what was committed since.
  script(sync ? "PRAGMA synchronous = EXTRA" : "PRAGMA synchronous = OFF");
  script("PRAGMA journal_mode = WAL");
  expectPragma("journal_mode", "wal");
  expectPragma("synchronous", sync ? "3" : "0");
  script("PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8000");
  // Debian's SQLite overwrites deleted rows with zeros; what is secret here is sealed.
  script("PRAGMA secure_delete = OFF");
  sqlite3_wal_hook(database_, rememberLogPages, &log_pages_);
}

void Connection::expectPragma(const std::string& name, const std::string& value) {
  sqlite3_stmt* statement = nullptr;
  const std::string sql = "PRAGMA " + name;
  int result = sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr);
  if (result == SQLITE_OK) result = sqlite3_step(statement);
  std::string actual;
  if (result == SQLITE_ROW) actual = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  if (result != SQLITE_ROW) fail(result, sql);
  if (actual != value)
    throw Error(Code::kUnavailable, "STORE_UNAVAILABLE",
                "the store " + file_.string() + " does not take " + sql + " = " + value + " (it stays " + actual +
                    "); keep it on a local disk, not on a network drive");
}

Rows Connection::select(std::string_view sql, const Params& params) {
  Prepared& prepared = prepare(sql);
  KONTOR_ASSERT(prepared.reads_only, "query() is for SELECT; changes belong into a transaction");
  return step(prepared, params);
}

Rows Connection::run(std::string_view sql, const Params& params) { return step(prepare(sql), params); }

std::int64_t Connection::change(std::string_view sql, const Params& params) {
  Prepared& prepared = prepare(sql);
  KONTOR_ASSERT(!prepared.reads_only, "execute() is for INSERT, UPDATE and DELETE");
  step(prepared, params);
  return sqlite3_changes64(database_);
}

void Connection::script(const std::string& sql) {
  const int result = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(sqlite3_extended_errcode(database_), sql);
}

std::int64_t Connection::totalChanges() const { return sqlite3_total_changes64(database_); }

bool Connection::autocommit() const { return sqlite3_get_autocommit(database_) != 0; }

void Connection::checkpoint() {
  if (log_pages_ < kCheckpointPages) return;
  log_pages_ = 0;
  const int result = sqlite3_wal_checkpoint_v2(database_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  // Only a failed sync is grave, and `failure` does not return from it. All else: the log grows, the next commit tries
  // again.
  if (result != SQLITE_OK) static_cast<void>(failure(result, sqlite3_errmsg(database_), file_, "checkpoint"));
}

Connection::Prepared& Connection::prepare(std::string_view sql) {
  Recent& recent = recent_[(reinterpret_cast<std::uintptr_t>(sql.data()) >> 3) % recent_.size()];
  // The text too, since other texts may come to lie there.
  if (recent.place == sql.data() && *recent.text == sql) return *recent.prepared;
  auto& [text, prepared] = find(sql);
  recent = {sql.data(), &text, &prepared};
  return prepared;
}

std::pair<const std::string, Connection::Prepared>& Connection::find(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return *found;
  if (statements_.size() >= kStatementsMax) forgetStatements();
  Prepared prepared;
  const char* rest = nullptr;
  const int result = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &prepared.statement, &rest);
  if (result != SQLITE_OK) fail(result, sql);
  KONTOR_ASSERT(prepared.statement != nullptr, "an empty statement");
  const std::string_view tail = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  KONTOR_ASSERT(tail.find_first_not_of(" \n;") == std::string_view::npos, "one statement at a time");
  prepared.parameters = parametersOf(prepared.statement);
  prepared.reads_only = sqlite3_stmt_readonly(prepared.statement) != 0;
  return *statements_.emplace(sql, std::move(prepared)).first;
}

Rows Connection::step(Prepared& prepared, const Params& params) {
  KONTOR_ASSERT(prepared.parameters.size() == params.size(), "a statement got more or fewer parameters than it names");
  sqlite3_stmt* statement = prepared.statement;
  const Reset reset(statement);
  for (std::size_t i = 0; i < params.size(); ++i) {
    KONTOR_ASSERT(prepared.parameters[i] < params.size(), "a statement's parameters are numbered without gaps");
    const Binder binder{statement, static_cast<int>(i) + 1};
    const int result = std::visit(binder, params[prepared.parameters[i]].value());
    if (result != SQLITE_OK) fail(result, sqlite3_sql(statement));
  }
  Rows rows;
  int result = sqlite3_step(statement);
  for (; result == SQLITE_ROW; result = sqlite3_step(statement)) rows.push_back(rowOf(statement));
  if (result != SQLITE_DONE) fail(result, sqlite3_sql(statement));
  return rows;
}

void Connection::forgetStatements() {
  for (auto& [sql, prepared] : statements_) sqlite3_finalize(prepared.statement);
  statements_.clear();
  recent_.fill({});
}

void Connection::fail(int result, std::string_view sql) {
  throw failure(result, database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_), file_, sql);
}

}  // namespace kontor::store::sqlite
