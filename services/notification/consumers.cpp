#include "services/notification/consumers.hpp"

#include "chassis/bus/bus.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/order/v1/events.kontor.hpp"
#include "kontor/payment/v1/events.kontor.hpp"
#include "kontor/user/v1/events.kontor.hpp"
#include "services/notification/store.hpp"

namespace kontor::notification {
namespace {

constexpr std::string_view kGroup = "notification";

struct Consumer {
  runtime::Environment& environment;
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  std::shared_ptr<const Composer> composer;
};

// The neighbours are asked before the transaction, which waits for nobody; an event that was handled asks for nothing.
task<void> take(std::shared_ptr<Consumer> self, store::StoredEvent event) {
  if (!Composer::tellsOf(event)) co_return;
  const bool known = co_await self->store->hasMessageOf(*self->database, event.id);
  if (known) co_return;
  Message message = co_await self->composer->compose(event);
  message.id = self->environment.newId("msg_");
  auto keep = [self, message](store::Transaction& in) -> task<void> {
    const bool first = co_await in.once(kGroup, message.event_id);
    if (!first) co_return;
    Message queued = message;
    queued.created_at = in.now();
    queued.next_try_at = in.now();
    co_await self->store->add(in, std::move(queued));
  };
  co_await self->database->transact(rpc::Context::forService(kGroup), std::move(keep));
}

}  // namespace

void subscribeAll(bus::Bus& bus, runtime::Environment& environment, std::shared_ptr<store::SqlStore> database,
                  std::shared_ptr<Store> store, std::shared_ptr<const Composer> composer) {
  auto self =
      std::make_shared<Consumer>(Consumer{environment, std::move(database), std::move(store), std::move(composer)});
  const auto listen = [&](std::string topic, std::vector<std::string_view> types) {
    bus::Subscription subscription;
    subscription.group = kGroup;
    subscription.topic = std::move(topic);
    subscription.types.assign(types.begin(), types.end());
    subscription.handler = [self](const store::StoredEvent& event) { return take(self, event); };
    bus.subscribe(std::move(subscription));
  };
  listen("order", {order::v1::kOrderPlaced, order::v1::kOrderConfirmed, order::v1::kOrderCancelled,
                   order::v1::kOrderCompleted, order::v1::kFulfilmentShipped, order::v1::kFulfilmentDelivered});
  listen("payment", {payment::v1::kPaymentFailed, payment::v1::kPaymentCaptured, payment::v1::kPaymentRefunded});
  listen("user", {user::v1::kCustomerRegistered});
}

}  // namespace kontor::notification
