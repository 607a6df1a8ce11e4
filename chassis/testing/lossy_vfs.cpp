#include "chassis/testing/lossy_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <new>
#include <set>
#include <vector>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/simulation.hpp"

namespace kontor::testing {
namespace {

constexpr std::size_t kSector = 512;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
// 2026-01-01 as a Julian day: SQLite's clock on this disk stands still.
constexpr double kJulianDay = 2461041.5;

using Image = std::vector<std::uint8_t>;

struct Change {
  bool truncates;  // to `at`, else `data` is written there
  std::size_t at;
  Image data;
};

void applyTo(Image& image, std::size_t at, const std::uint8_t* data, std::size_t size) {
  if (image.size() < at + size) image.resize(at + size);
  std::memcpy(image.data() + at, data, size);
}

void applyTo(Image& image, const Change& change) {
  if (change.truncates) {
    image.resize(change.at);
  } else {
    applyTo(image, change.at, change.data.data(), change.data.size());
  }
}

struct File {
  Image seen;     // by the running process
  Image durable;  // what a power cut leaves
  std::vector<Change> unsynced;

  void change(Change next) {
    applyTo(seen, next);
    unsynced.push_back(std::move(next));
  }

  void sync() {
    for (const Change& change : unsynced) applyTo(durable, change);
    unsynced.clear();
  }

  // Each sector of each unsynced write is kept whole, dropped, or torn at some byte.
  void lose(runtime::SeededRandom& random) {
    for (const Change& change : unsynced) {
      if (change.truncates) {
        if (random.below(2) == 0) durable.resize(change.at);
        continue;
      }
      for (std::size_t done = 0; done < change.data.size();) {
        const std::size_t at = change.at + done;
        const std::size_t size = std::min(kSector - at % kSector, change.data.size() - done);
        const std::uint64_t fate = random.below(3);
        const std::size_t kept = fate == 0 ? size : fate == 1 ? 0 : random.below(size);
        if (kept > 0) applyTo(durable, at, change.data.data() + done, kept);
        done += size;
      }
    }
    unsynced.clear();
    seen = durable;
  }
};

}  // namespace

struct LossyDisk::State {
  State(std::string vfs_name, std::uint64_t seed) : name(std::move(vfs_name)), random(seed) {}

  std::string name;
  runtime::SeededRandom random;
  std::map<std::string, std::shared_ptr<File>> seen;     // the directory as the process sees it
  std::map<std::string, std::shared_ptr<File>> durable;  // and as a power cut leaves it
  std::set<std::string> undone;                          // deletions that are not durable yet
  std::uint64_t life = 0;
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;
  std::uint64_t death_at = kNever;
  std::uint64_t capacity = kNever;  // of all files together, in bytes
  bool write_fails = false;
  bool sync_fails = false;
  sqlite3_vfs vfs{};

  std::uint64_t used() const {
    std::uint64_t sum = 0;
    for (const auto& [path, file] : seen) sum += file->seen.size();
    return sum;
  }

  // Counts a write by which a file would grow by `growth` bytes; what it says is what SQLite hears.
  int admitWrite(std::uint64_t growth) {
    if (capacity != kNever && growth > 0 && used() + growth > capacity) return SQLITE_FULL;
    if (std::exchange(write_fails, false)) return SQLITE_IOERR_WRITE;
    ++writes;
    return SQLITE_OK;
  }

  void syncDirectory() {
    for (const std::string& gone : undone) durable.erase(gone);
    undone.clear();
  }
};

namespace {

struct Handle {
  sqlite3_file base;
  LossyDisk::State* disk;
  std::shared_ptr<File>* file;
  std::string* name;
  std::uint64_t life;
};

Handle& handleOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

bool dead(const Handle& handle) {
  return handle.life != handle.disk->life || handle.disk->writes >= handle.disk->death_at;
}

int closeFile(sqlite3_file* file) {
  delete handleOf(file).file;
  delete handleOf(file).name;
  return SQLITE_OK;
}

int readFile(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  const Handle& handle = handleOf(file);
  if (dead(handle)) return SQLITE_IOERR;
  const Image& image = (*handle.file)->seen;
  const auto at = static_cast<std::size_t>(offset);
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t there = at < image.size() ? std::min(wanted, image.size() - at) : 0;
  std::memset(into, 0, wanted);
  if (there > 0) std::memcpy(into, image.data() + at, there);
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int writeFile(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const Handle& handle = handleOf(file);
  if (dead(handle)) return SQLITE_IOERR;
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t end = at + static_cast<std::size_t>(size);
  const std::size_t present = (*handle.file)->seen.size();
  const int refused = handle.disk->admitWrite(end > present ? end - present : 0);
  if (refused != SQLITE_OK) return refused;
  const auto* data = static_cast<const std::uint8_t*>(from);
  (*handle.file)->change({false, at, Image(data, data + size)});
  return SQLITE_OK;
}

int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
  const Handle& handle = handleOf(file);
  if (dead(handle)) return SQLITE_IOERR;
  (*handle.file)->change({true, static_cast<std::size_t>(size), {}});
  return SQLITE_OK;
}

int syncFile(sqlite3_file* file, int) {
  const Handle& handle = handleOf(file);
  // A plain error: to the dead process it no longer matters, and a failed sync would end the living one.
  if (dead(handle)) return SQLITE_IOERR;
  if (std::exchange(handle.disk->sync_fails, false)) return SQLITE_IOERR_FSYNC;
  ++handle.disk->syncs;
  (*handle.file)->sync();
  // The first sync of a new file syncs its folder too, as SQLite's Unix VFS does.
  std::shared_ptr<File>& entry = handle.disk->durable[*handle.name];
  if (entry != *handle.file) {
    entry = *handle.file;
    handle.disk->undone.erase(*handle.name);
    handle.disk->syncDirectory();
  }
  return SQLITE_OK;
}

int sizeOfFile(sqlite3_file* file, sqlite3_int64* size) {
  const Handle& handle = handleOf(file);
  if (dead(handle)) return SQLITE_IOERR;
  *size = static_cast<sqlite3_int64>((*handle.file)->seen.size());
  return SQLITE_OK;
}

// Refused to the dead, so that closing their connections does not delete the log of the living.
int lockFile(sqlite3_file* file, int) { return dead(handleOf(file)) ? SQLITE_IOERR_LOCK : SQLITE_OK; }
int unlockFile(sqlite3_file*, int) { return SQLITE_OK; }
int checkLock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int controlFile(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sectorSize(sqlite3_file*) { return static_cast<int>(kSector); }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

sqlite3_io_methods methods() {
  sqlite3_io_methods table{};
  table.iVersion = 1;
  table.xClose = closeFile;
  table.xRead = readFile;
  table.xWrite = writeFile;
  table.xTruncate = truncateFile;
  table.xSync = syncFile;
  table.xFileSize = sizeOfFile;
  table.xLock = lockFile;
  table.xUnlock = unlockFile;
  table.xCheckReservedLock = checkLock;
  table.xFileControl = controlFile;
  table.xSectorSize = sectorSize;
  table.xDeviceCharacteristics = characteristics;
  return table;
}
const sqlite3_io_methods kMethods = methods();

LossyDisk::State& diskOf(sqlite3_vfs* vfs) { return *static_cast<LossyDisk::State*>(vfs->pAppData); }

int openFile(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* granted) {
  LossyDisk::State& disk = diskOf(vfs);
  file->pMethods = nullptr;
  KONTOR_ASSERT(path != nullptr, "temporary files belong in memory");
  auto found = disk.seen.find(path);
  if (found == disk.seen.end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    found = disk.seen.emplace(path, std::make_shared<File>()).first;
  }
  new (file) Handle{{&kMethods}, &disk, new std::shared_ptr<File>(found->second), new std::string(path), disk.life};
  if (granted != nullptr) *granted = flags;
  return SQLITE_OK;
}

int deleteFile(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  LossyDisk::State& disk = diskOf(vfs);
  if (disk.writes >= disk.death_at) return SQLITE_IOERR;
  if (disk.seen.erase(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
  disk.undone.insert(path);
  if (sync_directory != 0) disk.syncDirectory();
  return SQLITE_OK;
}

int accessFile(sqlite3_vfs* vfs, const char* path, int, int* there) {
  *there = diskOf(vfs).seen.count(path) > 0 ? 1 : 0;
  return SQLITE_OK;
}

int fullPath(sqlite3_vfs*, const char* path, int size, char* into) {
  sqlite3_snprintf(size, into, "%s", path);
  return SQLITE_OK;
}

int drawRandom(sqlite3_vfs* vfs, int size, char* into) {
  diskOf(vfs).random.fill({reinterpret_cast<std::uint8_t*>(into), static_cast<std::size_t>(size)});
  return size;
}

int pause(sqlite3_vfs*, int micros) { return micros; }
int currentTime(sqlite3_vfs*, double* day) {
  *day = kJulianDay;
  return SQLITE_OK;
}
int lastError(sqlite3_vfs*, int, char*) { return 0; }

// SQLite draws its salts from a generator of its own, which only this control can seed; 0 gives it back to the system.
void seedSqlite(int seed) { sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, static_cast<sqlite3*>(nullptr)); }

}  // namespace

LossyDisk::LossyDisk(std::string name, std::uint64_t seed) : state_(std::make_unique<State>(std::move(name), seed)) {
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = openFile;
  vfs.xDelete = deleteFile;
  vfs.xAccess = accessFile;
  vfs.xFullPathname = fullPath;
  vfs.xRandomness = drawRandom;
  vfs.xSleep = pause;
  vfs.xCurrentTime = currentTime;
  vfs.xGetLastError = lastError;
  KONTOR_ASSERT(sqlite3_vfs_find(vfs.zName) == nullptr, "two disks of one name");
  sqlite3_vfs_register(&vfs, 0);
  seedSqlite(static_cast<int>(seed % 1'000'000) + 1);
}

LossyDisk::~LossyDisk() {
  sqlite3_vfs_unregister(&state_->vfs);
  seedSqlite(0);
}

const std::string& LossyDisk::name() const { return state_->name; }

void LossyDisk::powerCut() {
  State& disk = *state_;
  processKill();
  std::set<std::string> undone;
  undone.swap(disk.undone);
  for (const std::string& gone : undone)
    if (disk.random.below(2) == 0) disk.durable.erase(gone);
  disk.seen = disk.durable;
  for (auto& [path, file] : disk.seen) file->lose(disk.random);
}

void LossyDisk::processKill() {
  ++state_->life;
  state_->death_at = kNever;
}

void LossyDisk::dieAfterWrites(std::uint64_t count) { state_->death_at = state_->writes + count; }
bool LossyDisk::died() const { return state_->writes >= state_->death_at; }
void LossyDisk::leaveRoom(std::uint64_t bytes) { state_->capacity = state_->used() + bytes; }
void LossyDisk::makeRoom() { state_->capacity = kNever; }
void LossyDisk::failNextWrite() { state_->write_fails = true; }
void LossyDisk::failNextSync() { state_->sync_fails = true; }

std::uint64_t LossyDisk::writes() const { return state_->writes; }
std::uint64_t LossyDisk::syncs() const { return state_->syncs; }

}  // namespace kontor::testing
