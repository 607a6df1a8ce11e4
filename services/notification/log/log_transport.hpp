#pragma once

#include "chassis/telemetry/log.hpp"
#include "services/notification/transport.hpp"

namespace kontor::notification {

/// Sends nothing: notes in the log that there is a message, without its address and text. For shops without mail.
class LogTransport final : public Transport {
 public:
  explicit LogTransport(telemetry::Log log) : log_(std::move(log)) {}

  std::string_view name() const override { return "log"; }
  task<void> send(Message message) override;

 private:
  const telemetry::Log log_;
};

}  // namespace kontor::notification
