#pragma once

#include <memory>

#include "services/cart/parts.hpp"

namespace kontor::cart {

/// Ends the carts whose time is over, a few hundred in a transaction, and forgets checkouts that gave a cart back
/// longer ago than a cart lives. Returns how many carts it ended.
task<std::int64_t> sweepCarts(std::shared_ptr<const Parts> parts);

}  // namespace kontor::cart
