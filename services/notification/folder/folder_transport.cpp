#include "services/notification/folder/folder_transport.hpp"

#include <fstream>

#include "chassis/base/error.hpp"
#include "chassis/json/base64.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"

namespace kontor::notification {
namespace {

namespace fs = std::filesystem;

// A header's text may hold any character (RFC 2047), and no line end of it begins another header.
std::string encoded(std::string_view text) {
  std::string word = "=?UTF-8?B?";
  json::appendBase64(text, word);
  return word + "?=";
}

std::string oneLine(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  return text;
}

Error notWritten(const fs::path& file, const std::string& why) {
  return Error(Code::kUnavailable, "MAIL_NOT_WRITTEN", "the message could not be written to " + file.string() + why);
}

}  // namespace

std::string mailOf(const Message& message) {
  return "Message-ID: <" + message.id + "@kontor>\r\nTo: " + oneLine(message.to) +
         "\r\nSubject: " + encoded(message.subject) + "\r\nContent-Language: " + message.locale +
         "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
         message.text + "\r\n";
}

FolderTransport::FolderTransport(runtime::Environment& environment, fs::path folder)
    : folder_(std::move(folder)), worker_(environment.makeWorker("mail")) {
  std::error_code failure;
  fs::create_directories(folder_, failure);
  if (!failure) fs::permissions(folder_, fs::perms::owner_all, failure);
  if (failure) throw notWritten(folder_, ": " + failure.message());
}

task<void> FolderTransport::send(Message message) {
  runtime::OneShot<bool> written;
  auto work = [](const FolderTransport* self, Message mail, runtime::OneShot<bool> done) -> task<void> {
    try {
      self->write(mail);
      done.setValue(true);
    } catch (...) {
      done.setError(std::current_exception());
    }
    co_return;
  };
  worker_->executor().spawn(work(this, std::move(message), written));
  co_await written;
}

// Under another name first, so that whoever takes the files never sees half of one.
void FolderTransport::write(const Message& message) const {
  const fs::path file = folder_ / (message.id + ".eml");
  const fs::path half = folder_ / (message.id + ".part");
  std::ofstream out(half, std::ios::binary | std::ios::trunc);
  out << mailOf(message);
  out.close();
  if (!out) throw notWritten(half, "; see that the disk has room");
  std::error_code failure;
  fs::rename(half, file, failure);
  if (failure) throw notWritten(file, ": " + failure.message());
}

}  // namespace kontor::notification
