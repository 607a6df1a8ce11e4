#include "services/cart/messages.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::cart {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::size_t kMetadataMax = 50;

void set(google::protobuf::Timestamp& timestamp, Time time) {
  const std::int64_t micros = toMicros(time);
  timestamp.set_seconds(micros / kMicros);
  timestamp.set_nanos(static_cast<std::int32_t>(micros % kMicros) * 1000);
}

void set(type::v1::Money& money, std::int64_t amount, const std::string& currency) {
  money.set_amount(amount);
  money.set_currency(currency);
}

v1::CartLine messageOf(const Line& line, const std::string& currency) {
  v1::CartLine message;
  message.set_id(line.id);
  message.set_sku(line.sku);
  message.set_variant_id(line.variant_id);
  message.set_product_id(line.product_id);
  message.set_title(line.title);
  message.set_variant_title(line.variant_title);
  message.set_handle(line.handle);
  message.set_quantity(line.quantity);
  set(*message.mutable_unit_price(), line.unit_price, currency);
  set(*message.mutable_subtotal(), line.subtotal, currency);
  set(*message.mutable_discount(), line.discount, currency);
  set(*message.mutable_tax(), line.tax, currency);
  set(*message.mutable_total(), line.total, currency);
  message.set_tax_ppm(line.tax_ppm);
  message.set_requires_shipping(line.requires_shipping);
  message.set_media_url(line.media_url);
  for (const auto& [name, value] : line.metadata) (*message.mutable_metadata())[name] = value;
  return message;
}

v1::Totals messageOf(const Totals& totals, const std::string& currency) {
  v1::Totals message;
  set(*message.mutable_subtotal(), totals.subtotal, currency);
  set(*message.mutable_discount(), totals.discount, currency);
  set(*message.mutable_shipping(), totals.shipping, currency);
  set(*message.mutable_tax(), totals.tax, currency);
  set(*message.mutable_total(), totals.total, currency);
  return message;
}

}  // namespace

v1::Cart::State messageOf(State state) {
  switch (state) {
    case State::kActive:
      return v1::Cart::STATE_ACTIVE;
    case State::kCheckingOut:
      return v1::Cart::STATE_CHECKING_OUT;
    case State::kCompleted:
      return v1::Cart::STATE_COMPLETED;
    case State::kExpired:
      return v1::Cart::STATE_EXPIRED;
  }
  KONTOR_ASSERT(false, "a cart is in an unknown state");
  return v1::Cart::STATE_UNSPECIFIED;
}

v1::ShippingOption messageOf(const Shipping& shipping, const std::string& currency) {
  v1::ShippingOption message;
  message.set_id(shipping.option);
  message.set_name(shipping.name);
  set(*message.mutable_price(), shipping.price, currency);
  return message;
}

v1::Region messageOf(const Region& region) {
  v1::Region message;
  message.set_id(region.id);
  message.set_name(region.name);
  message.set_currency(region.currency);
  for (const std::string& country : region.countries) message.add_countries(country);
  message.set_tax_included(region.tax_included);
  return message;
}

v1::Cart messageOf(const Cart& cart, const std::string& cart_id) {
  v1::Cart message;
  message.set_id(cart_id);
  message.set_state(messageOf(cart.state));
  message.set_currency(cart.currency);
  message.set_region(cart.region);
  message.set_email(cart.email);
  if (cart.shipping_address) *message.mutable_shipping_address() = *cart.shipping_address;
  if (cart.billing_address) *message.mutable_billing_address() = *cart.billing_address;
  for (const Line& line : cart.lines) *message.add_lines() = messageOf(line, cart.currency);
  if (cart.shipping) *message.mutable_shipping() = messageOf(*cart.shipping, cart.currency);
  *message.mutable_totals() = messageOf(cart.totals, cart.currency);
  message.set_tax_included(cart.tax_included);
  message.set_version(cart.version);
  set(*message.mutable_created_at(), cart.created_at);
  set(*message.mutable_updated_at(), cart.updated_at);
  set(*message.mutable_expires_at(), cart.expires_at);
  for (const auto& [name, value] : cart.metadata) (*message.mutable_metadata())[name] = value;
  return message;
}

Metadata metadataOf(const google::protobuf::Map<std::string, std::string>& metadata) {
  if (metadata.size() > kMetadataMax)
    throw invalidField("metadata", "TOO_MANY_ITEMS",
                       std::to_string(metadata.size()) + " entries, the most is " + std::to_string(kMetadataMax));
  return {metadata.begin(), metadata.end()};
}

Time timeOf(const google::protobuf::Timestamp& timestamp) {
  return fromMicros(timestamp.seconds() * kMicros + timestamp.nanos() / 1000);
}

}  // namespace kontor::cart
