#pragma once

#include <memory>

#include "services/notification/composer.hpp"

namespace kontor::bus {
class Bus;
}
namespace kontor::runtime {
class Environment;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::notification {

class Store;

/// Listens to what shoppers are told of and queues one message for each event: the inbox drops what comes again, and
/// the order's own stream keeps the messages of an order in order. Called before the bus starts; `environment` outlives
/// the subscriptions.
void subscribeAll(bus::Bus& bus, runtime::Environment& environment, std::shared_ptr<store::SqlStore> database,
                  std::shared_ptr<Store> store, std::shared_ptr<const Composer> composer);

}  // namespace kontor::notification
