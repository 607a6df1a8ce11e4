#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.pb.h"
#include "services/cart/domain.hpp"

namespace kontor::cart {

struct Parts;

/// What is wrong with a cart's sums: each line's and the totals, computed anew from prices and quantities.
std::vector<std::string> wrongSums(const Cart& cart);
/// What is wrong with its state: a cart in a checkout names it, an open or expired one names none.
std::vector<std::string> wrongState(const Cart& cart);

/// Both for every cart, over one snapshot in pages, and what else must hold of carts. A violation names the cart by the
/// hash of its id, which is a secret. `now` decides what is late (zero: nothing).
task<type::v1::CheckInvariantsResponse> checkInvariants(std::shared_ptr<const Parts> parts, Time now);

}  // namespace kontor::cart
