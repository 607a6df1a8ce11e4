#pragma once

#include <filesystem>
#include <memory>

#include "chassis/runtime/environment.hpp"
#include "services/notification/transport.hpp"

namespace kontor::notification {

/// Writes each message as a mail file (RFC 5322), ID.eml, into a folder that only the shop's user can read. What takes
/// them from there and delivers them is somebody else's. A message that comes twice is one file.
class FolderTransport final : public Transport {
 public:
  /// Makes the folder. Writes on a thread of its own. Throws UNAVAILABLE when the folder cannot be made.
  FolderTransport(runtime::Environment& environment, std::filesystem::path folder);

  std::string_view name() const override { return "folder"; }
  task<void> send(Message message) override;

 private:
  void write(const Message& message) const;

  const std::filesystem::path folder_;
  std::unique_ptr<runtime::Worker> worker_;
};

/// The file's text: headers, then the text in UTF-8.
std::string mailOf(const Message& message);

}  // namespace kontor::notification
