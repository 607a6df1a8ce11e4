#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kontor/cart/v1/cart.pb.h"
#include "services/cart/parts.hpp"

namespace kontor::cart {

/// A change of an open cart. Both functions are pure and may be run more than once.
struct Edit {
  /// What the change needs to know of the catalogue, for the cart as it stands; empty: nothing.
  std::function<Question(const Cart&)> ask;
  /// Changes the cart, or throws. Prices it not: that follows.
  std::function<void(Cart&, const std::vector<Quote>&)> apply;
};

/// Makes one change and answers the cart as it then stands, priced.
///
/// The catalogue is asked first, outside the transaction, and asked again if the cart has changed meanwhile so that the
/// question is another. A cart that is being checked out is first given back by `order`, which refuses with
/// PAYMENT_PENDING while money may move. A repeated Idempotency-Key gets the first answer, whatever became of the cart.
task<v1::Cart> edit(std::shared_ptr<const Parts> parts, rpc::Context context, std::string cart_id, Edit change);

}  // namespace kontor::cart
