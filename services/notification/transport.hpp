#pragma once

#include <string_view>

#include "chassis/runtime/task.hpp"
#include "services/notification/domain.hpp"

namespace kontor::notification {

/// How messages leave the shop: a port, with one folder for each driver. Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  /// What `Message.transport` shows: "log".
  virtual std::string_view name() const = 0;
  /// Hands one message over; returns when it is out of our hands. Throwing means that it may not have gone: it is tried
  /// again, as it is after a crash. A driver uses the message's id to let one message arrive once, where it can.
  virtual task<void> send(Message message) = 0;
};

}  // namespace kontor::notification
