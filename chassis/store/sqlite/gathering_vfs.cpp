#include "chassis/store/sqlite/gathering_vfs.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include "chassis/base/assert.hpp"

namespace kontor::store::sqlite {
namespace {

constexpr const char* kName = "kontor-gathering";
// Larger commits go to the file in several pieces: the system's VFS writes less than 128 KiB at a time.
constexpr std::size_t kGatheredMax = 64 << 10;

sqlite3_vfs* systemVfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

// SQLite gives us the memory of a log's handle: this, with the system's own handle behind it.
struct Log {
  sqlite3_file base;
  std::string gathered;
  sqlite3_int64 start = 0;  // where `gathered` belongs in the file

  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(this + 1); }

  int flush() {
    if (gathered.empty()) return SQLITE_OK;
    const int result = file()->pMethods->xWrite(file(), gathered.data(), static_cast<int>(gathered.size()), start);
    // Lost or not, it is not written twice: SQLite begins the commit anew.
    gathered.clear();
    return result;
  }

  int write(const char* data, std::size_t size, sqlite3_int64 at) {
    const bool follows = at == start + static_cast<sqlite3_int64>(gathered.size());
    if (!gathered.empty() && (!follows || gathered.size() + size > kGatheredMax)) {
      if (const int result = flush(); result != SQLITE_OK) return result;
    }
    if (gathered.empty()) start = at;
    gathered.append(data, size);
    return SQLITE_OK;
  }
};

Log& logOf(sqlite3_file* file) { return *reinterpret_cast<Log*>(file); }

int closeLog(sqlite3_file* file) {
  Log& log = logOf(file);
  log.flush();  // of a commit that never came to its sync: nobody was promised it
  const int result = log.file()->pMethods->xClose(log.file());
  log.~Log();
  return result;
}

int readLog(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  Log& log = logOf(file);
  const int result = log.flush();
  return result != SQLITE_OK ? result : log.file()->pMethods->xRead(log.file(), into, size, at);
}

int writeLog(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  try {
    return logOf(file).write(static_cast<const char*>(data), static_cast<std::size_t>(size), at);
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
}

int truncateLog(sqlite3_file* file, sqlite3_int64 size) {
  Log& log = logOf(file);
  const int result = log.flush();
  return result != SQLITE_OK ? result : log.file()->pMethods->xTruncate(log.file(), size);
}

int syncLog(sqlite3_file* file, int flags) {
  Log& log = logOf(file);
  const int result = log.flush();
  return result != SQLITE_OK ? result : log.file()->pMethods->xSync(log.file(), flags);
}

int sizeOfLog(sqlite3_file* file, sqlite3_int64* size) {
  Log& log = logOf(file);
  const int result = log.flush();
  return result != SQLITE_OK ? result : log.file()->pMethods->xFileSize(log.file(), size);
}

int lockLog(sqlite3_file* file, int level) { return logOf(file).file()->pMethods->xLock(logOf(file).file(), level); }
int unlockLog(sqlite3_file* file, int level) {
  return logOf(file).file()->pMethods->xUnlock(logOf(file).file(), level);
}
int checkLock(sqlite3_file* file, int* reserved) {
  return logOf(file).file()->pMethods->xCheckReservedLock(logOf(file).file(), reserved);
}
int controlLog(sqlite3_file* file, int operation, void* argument) {
  return logOf(file).file()->pMethods->xFileControl(logOf(file).file(), operation, argument);
}
int sectorSize(sqlite3_file* file) { return logOf(file).file()->pMethods->xSectorSize(logOf(file).file()); }
int characteristics(sqlite3_file* file) {
  return logOf(file).file()->pMethods->xDeviceCharacteristics(logOf(file).file());
}

// Version 1: a log has neither shared memory nor a memory map of its own.
constexpr sqlite3_io_methods kLogMethods = {
    1,          closeLog,   readLog,         writeLog, truncateLog, syncLog, sizeOfLog, lockLog, unlockLog, checkLock,
    controlLog, sectorSize, characteristics, nullptr,  nullptr,     nullptr, nullptr,   nullptr, nullptr};

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & SQLITE_OPEN_WAL) == 0) return systemVfs()->xOpen(systemVfs(), name, file, flags, out_flags);
  auto* log = new (file) Log{};
  const int result = systemVfs()->xOpen(systemVfs(), name, log->file(), flags, out_flags);
  if (result == SQLITE_OK) {
    log->base.pMethods = &kLogMethods;
  } else {
    log->~Log();
    file->pMethods = nullptr;  // SQLite then does not close it
  }
  return result;
}

}  // namespace

const char* gatheringVfs() {
  static sqlite3_vfs vfs = [] {
    static_assert(sizeof(Log) % alignof(std::max_align_t) == 0, "the system's handle stands behind ours, aligned");
    KONTOR_ASSERT(systemVfs() != nullptr, "SQLite has a VFS of its own");
    sqlite3_vfs made = *systemVfs();
    made.zName = kName;
    made.szOsFile += static_cast<int>(sizeof(Log));
    made.xOpen = openFile;
    made.pNext = nullptr;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  KONTOR_ASSERT(registered == SQLITE_OK, "a VFS can be registered");
  return kName;
}

}  // namespace kontor::store::sqlite
