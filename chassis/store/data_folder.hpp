#pragma once

#include <filesystem>

namespace kontor::store {

/// The folder that holds a deployment's files, locked for this process: two processes on one folder would each believe
/// to be the only writer of its stores.
///
/// The lock is an flock on `<path>/lock`, which also names the holder's process id. It ends with the object or with the
/// process, however that ends. Movable.
class DataFolder {
 public:
  /// Makes the folder (mode 0700, parents too) when it is missing, and locks it.
  ///
  /// Throws FAILED_PRECONDITION / "DATA_FOLDER_LOCKED" when another process holds it, with its id, UNAVAILABLE /
  /// "DATA_FOLDER_UNUSABLE" when the path is no folder or cannot be made or written. Blocking: call it at start.
  static DataFolder open(const std::filesystem::path& path);

  /// Holds no folder.
  DataFolder() = default;
  ~DataFolder();
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&& other) noexcept;

  const std::filesystem::path& path() const { return path_; }

 private:
  DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;  // the lock file's descriptor; -1 holds none
};

}  // namespace kontor::store
