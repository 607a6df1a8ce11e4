#include "chassis/http/body_receiver.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "chassis/base/error.hpp"

namespace kontor::http {
namespace {

constexpr std::string_view kPrefix = "body-";

Error spoolFailed(const std::string& path) {
  return Error(Code::kUnavailable, "SPOOL_FAILED",
               "the upload could not be stored (" + std::string(std::strerror(errno)) +
                   "); is the disk of the data folder full? (" + std::filesystem::path(path).filename().string() + ")");
}

}  // namespace

Error bodyTooLarge(std::int64_t most_bytes) {
  return Error(Code::kInvalidArgument, "BODY_TOO_LARGE",
               "the request's body is over the limit of " + std::to_string(most_bytes) + " bytes")
      .withStatus(413)
      .withDetail("limit", most_bytes);
}

void BodyReceiver::append(std::string_view piece) {
  received_ += static_cast<std::int64_t>(piece.size());
  if (received_ > plan_.most_bytes) throw bodyTooLarge(plan_.most_bytes);
  if (!spooled_.spooled() && !plan_.spool_folder.empty() && received_ > plan_.memory_bytes) openFile();
  if (spooled_.spooled()) {
    write(piece);
  } else {
    text_.append(piece);
  }
}

void BodyReceiver::openFile() {
  static std::atomic<std::uint64_t> count{0};
  const std::string path =
      plan_.spool_folder + "/" + std::string(kPrefix) + std::to_string(::getpid()) + "-" + std::to_string(++count);
  file_ = OpenFile(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (file_.descriptor() < 0) throw spoolFailed(path);
  spooled_ = Body(path, 0);
  write(text_);
  std::string().swap(text_);
}

void BodyReceiver::write(std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t done = ::write(file_.descriptor(), piece.data(), piece.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) throw spoolFailed(spooled_.file());
    piece.remove_prefix(static_cast<std::size_t>(done));
  }
}

Body BodyReceiver::finish() {
  if (!spooled_.spooled()) return Body(std::move(text_));
  file_ = OpenFile(-1);
  return Body(spooled_.takeFile(), received_);
}

void prepareSpool(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw Error(Code::kFailedPrecondition,
                "the folder for uploads, " + folder + ", cannot be made: " + failure.message());
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(kPrefix)) std::filesystem::remove(entry.path(), failure);
  }
}

}  // namespace kontor::http
