#include "services/gateway/follow_changes.hpp"

#include <array>

#include "chassis/app/freshness.hpp"
#include "chassis/bus/bus.hpp"

namespace kontor::gateway {

void followChanges(bus::Bus& bus, app::Freshness& freshness, const std::set<std::string>& topics,
                   std::string_view group) {
  for (const std::string& topic : topics) {
    if (freshness.covers(topic)) continue;
    bus::Subscription subscription;
    subscription.group = group;
    subscription.topic = topic;
    subscription.handler = [&freshness](const store::StoredEvent& stored) -> task<void> {
      const std::array changes{store::EventName{stored.event.topic, stored.event.type, stored.event.subject}};
      freshness.note(changes);
      co_return;
    };
    bus.subscribe(std::move(subscription));
  }
}

}  // namespace kontor::gateway
