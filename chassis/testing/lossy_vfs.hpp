#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace kontor::runtime {
class SeededRandom;
}

namespace kontor::testing {

/// A disk in memory for SQLite that forgets what was not synced, as real disks do.
///
/// Registered as a SQLite VFS under its name: open a store with `Options::vfs = disk.name()`. Each file has what the
/// process sees and what the platter holds; writes reach the second at a sync. A power cut keeps, drops or tears each
/// unsynced 512-byte sector by chance, and may bring unsynced deletions back (strict POSIX). After `powerCut` or
/// `processKill` the old life's file handles are dead: their writes vanish, their reads fail. One thread; must outlive
/// the connections that use it. Seeds SQLite's own generator, which all disks of a process share.
class LossyDisk {
 public:
  LossyDisk(std::string name, std::uint64_t seed);
  ~LossyDisk();
  LossyDisk(const LossyDisk&) = delete;
  LossyDisk& operator=(const LossyDisk&) = delete;

  const std::string& name() const;

  /// The power goes: unsynced sectors are kept, dropped or torn.
  void powerCut();
  /// The process dies, the machine lives on: what was written stays, synced or not.
  void processKill();
  /// From the `count`-th write after now on the handles are dead, as in the middle of an operation; `powerCut` or
  /// `processKill` must follow. True once that has happened: `died`.
  void dieAfterWrites(std::uint64_t count);
  bool died() const;

  /// The files may grow by `bytes` together, then the disk is full (SQLITE_FULL) until `makeRoom`.
  void leaveRoom(std::uint64_t bytes);
  void makeRoom();
  /// The next write fails once with an I/O error.
  void failNextWrite();
  /// The next sync fails (SQLITE_IOERR_FSYNC).
  void failNextSync();

  std::uint64_t writes() const;
  std::uint64_t syncs() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace kontor::testing
