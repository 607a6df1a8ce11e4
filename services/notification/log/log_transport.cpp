#include "services/notification/log/log_transport.hpp"

namespace kontor::notification {

task<void> LogTransport::send(Message message) {
  log_.info("a message is ready; it is sent to nobody, since notification.transport is \"log\"",
            {{"kontor.message", message.id}, {"event.action", message.kind}, {"kontor.order", message.order_number}});
  co_return;
}

}  // namespace kontor::notification
