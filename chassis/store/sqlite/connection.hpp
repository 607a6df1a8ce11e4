#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chassis/store/sql.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace kontor::store::sqlite {

/// What a connection is for.
enum class Role : std::uint8_t {
  kWriter,  // the file's only writer; leaves the file readable by others of this process
  kReader,  // refuses every change
  kAlone,   // writer and reader in one, on a VFS without shared memory: nobody else can open the file meanwhile
};

/// One connection to one SQLite file, with its prepared statements. Used by one thread at a time.
///
/// Failures are thrown as `Statements` documents. A failed sync ends the process: what the kernel then holds of the
/// file is unknown, and trying again may report a success that is none (SQLITE_IOERR_FSYNC; see "fsyncgate").
class Connection {
 public:
  /// Opens or makes the file. `vfs` may be empty; `sync` false gives up durability over a power cut (for tests).
  Connection(const std::filesystem::path& file, const std::string& vfs, Role role, bool sync);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A SELECT; asserts that the statement changes nothing.
  Rows select(std::string_view sql, const Params& params);
  /// Any statement; its rows, such as those of RETURNING.
  Rows run(std::string_view sql, const Params& params);
  /// INSERT, UPDATE or DELETE; the number of rows it touched.
  std::int64_t change(std::string_view sql, const Params& params);
  /// Runs a script of statements without parameters, not kept: schemas, pragmas.
  void script(const std::string& sql);

  /// Rows that were inserted, updated or deleted since the connection was opened.
  std::int64_t totalChanges() const;
  /// False inside a transaction. After a failure it tells whether SQLite has rolled the whole transaction back.
  bool autocommit() const;
  /// Copies the write-ahead log into the database once it is long enough. Call it between transactions; a full disk
  /// only delays it.
  void checkpoint();

 private:
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    std::vector<std::size_t> parameters;  // for each of SQLite's parameters the index into Params
    bool reads_only = false;
  };
  /// Finds a statement by a view of its text.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  /// A statement that was found before: hashing a long text costs more than comparing it.
  struct Recent {
    const char* place = nullptr;
    const std::string* text = nullptr;
    Prepared* prepared = nullptr;
  };

  void open(const std::string& vfs, Role role, bool sync);
  void configure(Role role, bool sync);
  void expectPragma(const std::string& name, const std::string& value);
  Prepared& prepare(std::string_view sql);
  std::pair<const std::string, Prepared>& find(std::string_view sql);
  Rows step(Prepared& prepared, const Params& params);
  void forgetStatements();
  [[noreturn]] void fail(int result, std::string_view sql);

  std::filesystem::path file_;
  sqlite3* database_ = nullptr;
  std::unordered_map<std::string, Prepared, TextHash, std::equal_to<>> statements_;
  std::array<Recent, 256> recent_{};  // by where the text lies, which for constants is always the same
  int log_pages_ = 0;                 // pages in the write-ahead log after the last commit
};

}  // namespace kontor::store::sqlite
