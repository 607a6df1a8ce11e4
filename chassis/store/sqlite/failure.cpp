#include "chassis/store/sqlite/failure.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>

namespace kontor::store::sqlite {
namespace {

// What follows "constraint failed: ": the columns, or the name of a CHECK.
std::string subjectOf(const std::string& message) {
  constexpr std::string_view kMark = "constraint failed: ";
  const std::size_t at = message.find(kMark);
  return at == std::string::npos ? message : message.substr(at + kMark.size());
}

// "orders.number, orders.shop" as PostgreSQL names the key: "orders_number_shop_key", a primary key "orders_pkey".
std::string keyName(const std::string& columns, bool primary) {
  const std::size_t dot = columns.find('.');
  if (dot == std::string::npos) return columns;
  const std::string table = columns.substr(0, dot);
  if (primary) return table + "_pkey";
  std::string name = table;
  for (std::size_t at = 0; at < columns.size();) {
    const std::size_t start = columns.find('.', at) + 1;
    const std::size_t end = std::min(columns.find(", ", start), columns.size());
    name += "_" + columns.substr(start, end - start);
    at = end == columns.size() ? end : end + 2;
  }
  return name + "_key";
}

Error broken(Code code, std::string reason, const std::string& message, std::string constraint) {
  return Error(code, std::move(reason), "the store refused a row: " + message)
      .withDetail("constraint", std::move(constraint));
}

Error constraintFailure(int result, const std::string& message) {
  const std::string subject = subjectOf(message);
  switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return broken(Code::kAlreadyExists, "UNIQUE_VIOLATION", message,
                    keyName(subject, result != SQLITE_CONSTRAINT_UNIQUE));
    case SQLITE_CONSTRAINT_CHECK:
      return broken(Code::kFailedPrecondition, "CHECK_VIOLATION", message, subject);
    case SQLITE_CONSTRAINT_NOTNULL:
      return broken(Code::kFailedPrecondition, "NOT_NULL_VIOLATION", message, subject);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return broken(Code::kFailedPrecondition, "FOREIGN_KEY_VIOLATION", message, subject);
    default:
      return broken(Code::kFailedPrecondition, "CONSTRAINT_VIOLATION", message, subject);
  }
}

// A failed sync may have dropped the written pages from the kernel's cache: a second sync would succeed and mean
// nothing. Only a restart, which reads what is really on the disk, is safe.
[[noreturn]] void syncFailed(const std::string& message, const std::filesystem::path& file) {
  std::fprintf(stderr,
               "fatal: the disk did not make %s durable (%s). Kontor stops before it acknowledges what may be lost. "
               "Check the disk (dmesg), then start Kontor again: what was acknowledged is there.\n",
               file.c_str(), message.c_str());
  std::abort();
}

Error unavailable(std::string reason, const std::string& message, const std::filesystem::path& file,
                  std::string_view advice) {
  return Error(Code::kUnavailable, std::move(reason),
               "the store " + file.string() + " cannot be used: " + message + "; " + std::string(advice));
}

// Frames of a failed COMMIT may have reached the log whole: a crash at once would find and keep them.
Error ioFailed(int result, const std::string& message, const std::filesystem::path& file, std::string_view sql) {
  Error error = unavailable("STORE_UNAVAILABLE", message + " (SQLite's code " + std::to_string(result) + ")", file,
                            "check that its folder exists, is writable by this user and has room");
  if (sql != "COMMIT") return error;
  return std::move(error).thatMayHaveRun();
}

}  // namespace

Error failure(int result, const std::string& message, const std::filesystem::path& file, std::string_view sql) {
  if (result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC) syncFailed(message, file);
  switch (result & 0xFF) {
    case SQLITE_CONSTRAINT:
      return constraintFailure(result, message);
    case SQLITE_FULL:
      return unavailable("STORE_FULL", message, file, "make room on its disk");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable("STORE_LOCKED", message, file, "close the other program that has it open");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Error(Code::kDataLoss, "STORE_CORRUPT",
                   "the store " + file.string() + " is damaged or no SQLite database (" + message +
                       "); move it away and restore a backup");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return ioFailed(result, message, file, sql);
    default:
      return Error(Code::kInternal, "SQL_ERROR",
                   "the store " + file.string() + " did not understand a statement: " + message + " (code " +
                       std::to_string(result) + ") in: " + std::string(sql));
  }
}

}  // namespace kontor::store::sqlite
