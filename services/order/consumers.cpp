#include "services/order/consumers.hpp"

#include "kontor/payment/v1/events.kontor.hpp"

namespace kontor::order {
namespace {

/// Whether news of this type can change what is to be done with a checkout in `step`.
bool matters(std::string_view type, Step step) {
  switch (step) {
    case Step::kAuthorizing:
    case Step::kUnknown:
    case Step::kRequiresAction:
      return true;
    case Step::kReleasing:
    case Step::kFailed:
      return type == payment::v1::kPaymentAuthorized;  // money of a checkout that was given up
    default:
      return false;
  }
}

std::string refOf(const store::StoredEvent& stored) {
  const std::string& type = stored.event.type;
  if (type == payment::v1::kPaymentAuthorized) {
    payment::v1::PaymentAuthorized event;
    payment::v1::readEvent(stored.event.data, event);
    return event.ref();
  }
  if (type == payment::v1::kPaymentFailed) {
    payment::v1::PaymentFailed event;
    payment::v1::readEvent(stored.event.data, event);
    return event.ref();
  }
  payment::v1::PaymentRequiresAction event;
  payment::v1::readEvent(stored.event.data, event);
  return event.ref();
}

struct Consumer {
  store::SqlStore& store;
  const OrderStore& orders;
  Bell bell;
};

task<void> take(std::shared_ptr<Consumer> self, std::string ref, std::string event_id, std::string type) {
  // Most authorisations are answers that the payment call has had already: a look saves them the transaction.
  const std::optional<Step> step = co_await OrderStore::stepOf(self->store, ref);
  if (!step || !matters(type, *step)) co_return;
  auto mark = [self, ref, event_id](store::Transaction& in) -> task<void> {
    if (co_await in.once("order", event_id)) co_await self->orders.nudge(in, ref);
  };
  co_await self->store.transact(rpc::Context::forService("order"), std::move(mark));
  self->bell.ring();
}

}  // namespace

void subscribePayments(bus::Bus& bus, store::SqlStore& store, const OrderStore& orders, Bell bell) {
  auto self = std::make_shared<Consumer>(Consumer{store, orders, std::move(bell)});
  bus::Subscription subscription;
  subscription.group = "order";
  subscription.topic = "payment";
  subscription.types = {std::string(payment::v1::kPaymentAuthorized), std::string(payment::v1::kPaymentFailed),
                        std::string(payment::v1::kPaymentRequiresAction)};
  subscription.handler = [self](const store::StoredEvent& stored) {
    return take(self, refOf(stored), stored.id, stored.event.type);
  };
  bus.subscribe(std::move(subscription));
}

}  // namespace kontor::order
