#include "services/order/record.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"

namespace kontor::order {
namespace {

using payment::v1::Payment;

void copyLine(const cart::v1::CartLine& from, v1::OrderLine& line) {
  line.set_id(from.id());
  line.set_variant_id(from.variant_id());
  line.set_sku(from.sku());
  line.set_title(from.title());
  line.set_variant_title(from.variant_title());
  line.set_quantity(from.quantity());
  *line.mutable_unit_price() = from.unit_price();
  *line.mutable_discount() = from.discount();
  *line.mutable_tax() = from.tax();
  *line.mutable_total() = from.total();
  line.set_media_url(from.media_url());
}

}  // namespace

v1::Order::Status statusNamed(std::string_view word) {
  v1::Order::Status status = v1::Order::STATUS_UNSPECIFIED;
  KONTOR_ASSERT(v1::fromWord(word, status), "an order has an unknown status");
  return status;
}

v1::Order::PaymentStatus paymentStatusNamed(std::string_view word) {
  v1::Order::PaymentStatus status = v1::Order::PAYMENT_STATUS_UNSPECIFIED;
  KONTOR_ASSERT(v1::fromWord(word, status), "an order has an unknown payment status");
  return status;
}

v1::Order::FulfilmentStatus fulfilmentStatusNamed(std::string_view word) {
  v1::Order::FulfilmentStatus status = v1::Order::FULFILMENT_STATUS_UNSPECIFIED;
  KONTOR_ASSERT(v1::fromWord(word, status), "an order has an unknown fulfilment status");
  return status;
}

OrderRecord makeOrder(const Checkout& checkout, std::string id, std::string token, Time now) {
  KONTOR_ASSERT(checkout.frozen != nullptr, "an order is made of a frozen cart");
  const cart::v1::Cart& cart = *checkout.frozen;
  OrderRecord record{{}, checkout.id, checkout.customer_id};
  v1::Order& order = record.order;
  order.set_id(std::move(id));
  order.set_token(std::move(token));
  order.set_status(v1::Order::STATUS_PENDING);
  order.set_payment_status(v1::Order::PAYMENT_STATUS_AWAITING);
  order.set_fulfilment_status(v1::Order::FULFILMENT_STATUS_UNFULFILLED);
  order.set_currency(cart.currency());
  order.set_email(cart.email());
  *order.mutable_shipping_address() = cart.shipping_address();
  if (cart.has_billing_address()) *order.mutable_billing_address() = cart.billing_address();
  for (const auto& line : cart.lines()) copyLine(line, *order.add_lines());
  *order.mutable_shipping() = cart.shipping();
  *order.mutable_totals() = cart.totals();
  order.set_tax_included(cart.tax_included());
  order.set_version(1);
  *order.mutable_created_at() = toTimestamp(now);
  *order.mutable_updated_at() = toTimestamp(now);
  return record;
}

void addHistory(v1::Order& order, Time at, std::string_view actor, std::string_view event, std::string_view detail) {
  *order.add_history() = historyEntry(at, actor, event, detail, {});
}

v1::Order::PaymentStatus paymentStatusOf(const Payment& payment) {
  switch (payment.state()) {
    case Payment::STATE_REQUIRES_ACTION:
      return v1::Order::PAYMENT_STATUS_REQUIRES_ACTION;
    case Payment::STATE_AUTHORIZED:
      return v1::Order::PAYMENT_STATUS_AUTHORIZED;
    case Payment::STATE_PARTIALLY_CAPTURED:
      return v1::Order::PAYMENT_STATUS_PARTIALLY_CAPTURED;
    case Payment::STATE_CAPTURED:
      return v1::Order::PAYMENT_STATUS_CAPTURED;
    case Payment::STATE_REFUNDED:
      return v1::Order::PAYMENT_STATUS_REFUNDED;
    case Payment::STATE_VOIDED:
      return v1::Order::PAYMENT_STATUS_VOIDED;
    case Payment::STATE_FAILED:
    case Payment::STATE_EXPIRED:
      return v1::Order::PAYMENT_STATUS_FAILED;
    default:
      return v1::Order::PAYMENT_STATUS_AWAITING;
  }
}

v1::Order withoutToken(v1::Order order) {
  order.clear_token();
  return order;
}

v1::Order shopperView(v1::Order order) {
  google::protobuf::RepeatedPtrField<v1::HistoryEntry> shown;
  for (v1::HistoryEntry& entry : *order.mutable_history()) {
    if (entry.event() == kCaptureRefused || entry.event() == kCaptureUnanswered) continue;
    const bool own = entry.actor().starts_with("customer") || entry.actor() == "system";
    if (!own) entry.set_actor("staff");
    *shown.Add() = std::move(entry);
  }
  order.mutable_history()->Swap(&shown);
  return order;
}

v1::HistoryEntry historyEntry(Time at, std::string_view actor, std::string_view event, std::string_view detail,
                              const std::map<std::string, std::string>& data) {
  v1::HistoryEntry entry;
  *entry.mutable_at() = toTimestamp(at);
  entry.set_actor(std::string(actor));
  entry.set_event(std::string(event));
  entry.set_detail(std::string(detail));
  for (const auto& [name, value] : data) (*entry.mutable_data())[name] = value;
  return entry;
}

}  // namespace kontor::order
