#include "chassis/security/keyring.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/sodium.hpp"

namespace kontor::security {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "kontor-seal-key:";
constexpr std::size_t kKeySize = 32;

[[noreturn]] void refuse(std::string reason, const fs::path& file, const std::string& why) {
  throw Error(Code::kFailedPrecondition, std::move(reason), "the sealing key " + file.string() + " " + why);
}

[[noreturn]] void cannot(const std::string& act, const fs::path& path) {
  throw Error(Code::kUnavailable, "KEY_UNAVAILABLE",
              "cannot " + act + " " + path.string() + ": " + std::strerror(errno));
}

// An open file that closes itself.
class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool holdsStores(const fs::path& folder) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".db") return true;
  }
  return false;
}

KeyRing readKey(const File& in, const fs::path& file) {
  struct stat facts {};
  if (::fstat(in.fd(), &facts) != 0) cannot("look at", file);
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    refuse("KEY_EXPOSED", file, "may be read by others than its owner: chmod 600 it (and replace it if it was copied)");
  }
  std::string text(256, '\0');
  const ssize_t size = ::read(in.fd(), text.data(), text.size());
  if (size < 0) cannot("read", file);
  text.resize(static_cast<std::size_t>(size));
  return KeyRing::parse(text, file.string());
}

void syncFolder(const fs::path& folder) {
  const File handle(folder, O_RDONLY | O_DIRECTORY);
  if (!handle.open() || ::fsync(handle.fd()) != 0) cannot("sync", folder);
}

// Written beside and linked into place: a key is there whole, or not at all, and never replaces another.
void makeKey(const fs::path& file, runtime::Random& random) {
  std::string key(kKeySize, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
  const std::string text = std::string(kPrefix) + toHex(key) + "\n";
  const fs::path draft = file.string() + ".new";
  ::unlink(draft.c_str());
  {
    const File out(draft, O_WRONLY | O_CREAT | O_EXCL);
    const bool written = out.open() && ::write(out.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (!written || ::fsync(out.fd()) != 0) cannot("write the sealing key", draft);
  }
  const bool linked = ::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  if (!linked) cannot("write the sealing key", file);
  ::unlink(draft.c_str());
  syncFolder(file.parent_path());
}

}  // namespace

KeyRing::KeyRing(std::string key) : id_(toHex(blake2b(key)).substr(0, 8)), key_(std::move(key)) {}

KeyRing KeyRing::openOrMake(const fs::path& data_folder, runtime::Random& random) {
  readySodium();
  const fs::path folder = data_folder / "keys";
  const fs::path file = folder / "seal.key";
  if (const File in(file, O_RDONLY); in.open()) return readKey(in, file);
  if (errno != ENOENT && errno != ENOTDIR) cannot("read", file);
  if (holdsStores(data_folder)) {
    refuse("KEY_MISSING", file,
           "is not there, but " + data_folder.string() + " holds stores: bring the key back from the backup");
  }
  std::error_code failure;
  fs::create_directories(data_folder, failure);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) cannot("make the folder", folder);
  makeKey(file, random);
  syncFolder(data_folder);
  const File in(file, O_RDONLY);
  if (!in.open()) cannot("read", file);
  return readKey(in, file);
}

KeyRing KeyRing::parse(std::string_view text, std::string_view source) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  std::string key(kKeySize, '\0');
  std::size_t size = 0;
  const bool prefixed = text.starts_with(kPrefix) && text.size() == kPrefix.size() + 2 * kKeySize;
  const std::string_view digits = prefixed ? text.substr(kPrefix.size()) : "";
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), digits.data(),
                                    digits.size(), nullptr, &size, nullptr);
  if (failed != 0 || size != kKeySize) {
    refuse("KEY_MALFORMED", std::string(source), "is not of the form \"kontor-seal-key:<64 hexadecimal digits>\"");
  }
  return KeyRing(std::move(key));
}

}  // namespace kontor::security
