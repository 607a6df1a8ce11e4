#include "chassis/store/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::store {
namespace {

namespace fs = std::filesystem;

Error unusable(const fs::path& path, const std::string& why, const std::string& advice) {
  return Error(Code::kUnavailable, "DATA_FOLDER_UNUSABLE",
               "the data folder " + path.string() + " cannot be used: " + why + "; " + advice);
}

std::string reason(int number) { return std::generic_category().message(number); }

void make(const fs::path& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (fs::is_directory(status)) return;
  if (fs::exists(status)) throw unusable(path, "it is no folder", "name a folder, or move the file away");
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failure);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    throw unusable(path, "it cannot be made (" + reason(errno) + ")",
                   "make it yourself, or name a folder that this user may write to");
}

// Closes the lock file unless it is let go.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Error locked(const fs::path& path, int lock) {
  char text[32] = {};
  const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
  std::string holder(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (holder.ends_with('\n')) holder.pop_back();
  return Error(Code::kFailedPrecondition, "DATA_FOLDER_LOCKED",
               "the data folder " + path.string() + " is in use by another Kontor (process " +
                   (holder.empty() ? "unknown" : holder) + "); stop it, or name another folder");
}

void writeHolder(const fs::path& path, int lock) {
  const std::string holder = std::to_string(::getpid()) + "\n";
  const bool written = ::ftruncate(lock, 0) == 0 &&
                       ::pwrite(lock, holder.data(), holder.size(), 0) == static_cast<ssize_t>(holder.size());
  if (!written) throw unusable(path, "it cannot be written (" + reason(errno) + ")", "make room on its disk");
}

}  // namespace

DataFolder DataFolder::open(const fs::path& path) {
  KONTOR_ASSERT(!path.empty(), "a data folder has a path");
  make(path);
  const fs::path file = path / "lock";
  Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.number() < 0)
    throw unusable(path, "it cannot be written (" + reason(errno) + ")",
                   "give it to the user that runs Kontor, or name another folder");
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw locked(path, lock.number());
    throw unusable(path, "it cannot be locked (" + reason(errno) + ")", "keep it on a local disk");
  }
  writeHolder(path, lock.number());
  return DataFolder(path, lock.release());
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);  // the lock goes with the descriptor; the file stays, so that no two files are locked
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataFolder& DataFolder::operator=(DataFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

}  // namespace kontor::store
