#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chassis/base/error.hpp"
#include "chassis/http/message.hpp"

namespace kontor::http {

/// Where a body goes while it arrives. Sizes in bytes.
struct BodyPlan {
  std::int64_t most_bytes;
  /// Above this it goes to a file in `spool_folder`, if there is one.
  std::int64_t memory_bytes;
  std::string spool_folder;
};

/// The refusal of a body over the limit: 413 BODY_TOO_LARGE.
Error bodyTooLarge(std::int64_t most_bytes);

/// Collects one body piece by piece. Writes files in place: a piece goes into the page cache, which does not block
/// long.
class BodyReceiver {
 public:
  explicit BodyReceiver(BodyPlan plan) : plan_(std::move(plan)) {}

  /// Throws BODY_TOO_LARGE (413), or UNAVAILABLE / "SPOOL_FAILED" when the file cannot be written.
  void append(std::string_view piece);
  std::int64_t received() const { return received_; }
  /// The whole body; the receiver is empty afterwards.
  Body finish();

 private:
  void openFile();
  void write(std::string_view piece);

  BodyPlan plan_;
  std::int64_t received_ = 0;
  std::string text_;
  OpenFile file_{-1};
  Body spooled_;  // owns the file's name, so that a body that breaks off leaves nothing
};

/// Makes the spool folder and deletes bodies that an earlier process left in it. Throws FAILED_PRECONDITION.
void prepareSpool(const std::string& folder);

}  // namespace kontor::http
