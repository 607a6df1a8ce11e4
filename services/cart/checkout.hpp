#pragma once

#include <memory>

#include "kontor/cart/v1/cart.pb.h"
#include "services/cart/parts.hpp"

namespace kontor::cart {

// What `order` does with a cart on its way to an order. All three may be repeated.

/// Freezes the cart for a checkout, priced by the catalogue as it is now. Throws 400 with all that is missing; 409
/// CART_CHANGED when the total is not what the cart last showed (the cart then shows the new one), or when it is not as
/// `unchanged_since` gave it back; PAYMENT_PENDING when another checkout holds it (detail "checkoutId"); CART_CLOSED;
/// CHECKOUT_CLOSED when this checkout has given the cart back before and does not say so by `unchanged_since`.
task<v1::LockResponse> lock(std::shared_ptr<const Parts> parts, rpc::Context context, v1::LockRequest request);
/// Opens the cart again if this checkout holds it; else remembers only that its late Lock comes to nothing.
task<v1::ReopenResponse> reopen(std::shared_ptr<const Parts> parts, rpc::Context context, v1::ReopenRequest request);
/// Closes the cart that this checkout holds. Throws 409 CART_NOT_LOCKED when it does not.
task<v1::CloseResponse> close(std::shared_ptr<const Parts> parts, rpc::Context context, v1::CloseRequest request);

}  // namespace kontor::cart
