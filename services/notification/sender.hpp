#pragma once

#include <memory>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "chassis/telemetry/log.hpp"
#include "services/notification/domain.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::notification {

class Store;
class Transport;

/// Takes queued messages to the transport, the messages of one order one after another. At least once: a crash between
/// the transport and our note of it, made for some fifty messages together, sends those again.
class Sender {
 public:
  Sender(runtime::Environment& environment, std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store,
         std::shared_ptr<Transport> transport, Patience patience, telemetry::Log log)
      : environment_(environment),
        database_(std::move(database)),
        store_(std::move(store)),
        transport_(std::move(transport)),
        patience_(patience),
        log_(std::move(log)) {}

  /// Sends what is due now; returns when nothing more is. Called by one at a time.
  task<void> sendDue();

 private:
  /// The message as it is after a try.
  task<Message> trySend(Message message);
  task<void> settle(std::vector<Message> tried);

  runtime::Environment& environment_;
  std::shared_ptr<store::SqlStore> database_;
  std::shared_ptr<Store> store_;
  std::shared_ptr<Transport> transport_;
  const Patience patience_;
  const telemetry::Log log_;
};

}  // namespace kontor::notification
