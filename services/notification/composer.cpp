#include "services/notification/composer.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/store/event.hpp"
#include "kontor/order/v1/events.kontor.hpp"
#include "kontor/payment/v1/events.kontor.hpp"
#include "kontor/user/v1/events.kontor.hpp"
#include "money/decimal.hpp"
#include "services/notification/templates.hpp"

namespace kontor::notification {
namespace {

constexpr std::string_view kSelf = "notification";

std::string wordsOf(const type::v1::Money& amount) {
  return money::formatDecimal(money::Money(amount.amount(), money::Currency::of(amount.currency()))) + " " +
         amount.currency();
}

template <class Lines>
std::string wordsOf(const Lines& lines) {
  std::string text;
  for (const order::v1::SoldLine& line : lines)
    text += std::to_string(line.quantity()) + " × " + (line.title().empty() ? line.sku() : line.title()) + "\n";
  return text;
}

std::string trackingOf(const order::v1::FulfilmentShipped& shipped) {
  if (shipped.carrier().empty() && shipped.tracking().empty()) return "";
  const std::string blank = shipped.carrier().empty() || shipped.tracking().empty() ? "" : " ";
  return shipped.carrier() + blank + shipped.tracking();
}

}  // namespace

Composer::Facts Composer::read(const store::StoredEvent& stored) const {
  const std::string& type = stored.event.type;
  const std::string& data = stored.event.data;
  Facts facts;
  // Reads the event and what all of its topic have: an order's id or a checkout's.
  const auto about = [&data]<class Event>(Event event) {
    readEvent(data, event);
    return event;
  };
  // What a buyer has ordered, in the words of both events that say it. Old confirmations do not: they may be replayed.
  const auto bought = [](const auto& event) {
    return Values{{"total", event.has_total() ? wordsOf(event.total()) : ""}, {"lines", wordsOf(event.lines())}};
  };
  if (type == order::v1::kOrderPlaced) {
    facts.values = bought(about(order::v1::OrderPlaced()));
  } else if (type == order::v1::kOrderConfirmed) {
    facts.values = bought(about(order::v1::OrderConfirmed()));
  } else if (type == order::v1::kOrderCancelled) {
    facts.values = {{"reason", cancelReason(about(order::v1::OrderCancelled()).reason(), locale_)}};
  } else if (type == order::v1::kFulfilmentShipped) {
    const auto event = about(order::v1::FulfilmentShipped());
    facts.values = {{"lines", wordsOf(event.lines())}, {"tracking", trackingOf(event)}};
  } else if (type == payment::v1::kPaymentCaptured) {
    facts.values = {{"amount", wordsOf(about(payment::v1::PaymentCaptured()).amount())}};
  } else if (type == payment::v1::kPaymentRefunded) {
    facts.values = {{"amount", wordsOf(about(payment::v1::PaymentRefunded()).amount())}};
  }
  // The subject is what an event is about: an order, a payment's reference, which is the checkout, or a customer.
  const std::string& topic = stored.event.topic;
  if (topic == "order") facts.order_id = stored.event.subject;
  if (topic == "payment") facts.checkout_id = stored.event.subject;
  if (topic == "user") facts.customer_id = stored.event.subject;
  return facts;
}

task<void> Composer::address(Facts facts, Message& message, Values& values) const {
  const rpc::Context context = rpc::Context::forService(kSelf);
  if (!facts.customer_id.empty()) {
    user::v1::GetCustomerRequest request;
    request.set_id(facts.customer_id);
    const user::v1::Customer customer = co_await neighbours_.users->GetCustomer(context, std::move(request));
    message.to = customer.email();
    co_return;
  }
  order::v1::FindRecipientRequest request;
  request.set_order_id(facts.order_id);
  request.set_checkout_id(facts.checkout_id);
  const order::v1::Recipient recipient = co_await neighbours_.orders->FindRecipient(context, std::move(request));
  message.to = recipient.email();
  message.order_id = recipient.order_id();
  message.order_number = recipient.number();
  values["number"] = recipient.number();
}

bool Composer::tellsOf(const store::StoredEvent& stored) {
  if (stored.event.type != order::v1::kOrderPlaced) return true;
  order::v1::OrderPlaced placed;
  readEvent(stored.event.data, placed);
  return placed.awaits_payment();
}

task<Message> Composer::compose(store::StoredEvent event) const {
  Facts facts = read(event);
  Values values = std::move(facts.values);
  values["shop"] = shop_;
  Message message;
  message.event_id = event.id;
  message.kind = event.event.type;
  co_await address(std::move(facts), message, values);
  if (message.to.empty()) {
    throw Error(Code::kFailedPrecondition, "NO_ADDRESS",
                "there is no e-mail address to tell of " + event.event.type + " of " + event.event.subject);
  }
  const Template& text = templateFor(message.kind, locale_);
  message.locale = text.locale;
  message.subject = render(text.subject, values);
  message.text = render(text.text, values);
  co_return message;
}

}  // namespace kontor::notification
