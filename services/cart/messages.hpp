#pragma once

#include "kontor/cart/v1/cart.kontor.hpp"
#include "services/cart/domain.hpp"

namespace kontor::cart {

// The domain's types in the contract's words, and back.

/// `cart_id` is the secret that the caller sent: the stored cart does not know it.
v1::Cart messageOf(const Cart& cart, const std::string& cart_id);
v1::Cart::State messageOf(State state);
v1::ShippingOption messageOf(const Shipping& shipping, const std::string& currency);
v1::Region messageOf(const Region& region);
/// Throws INVALID_ARGUMENT on "metadata" when there is too much of it.
Metadata metadataOf(const google::protobuf::Map<std::string, std::string>& metadata);
/// The moment that a message's timestamp names.
Time timeOf(const google::protobuf::Timestamp& timestamp);

}  // namespace kontor::cart
