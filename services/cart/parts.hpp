#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chassis/rpc/context.hpp"
#include "services/cart/domain.hpp"
#include "services/cart/store.hpp"

namespace kontor::catalog::v1 {
class Catalog;
}
namespace kontor::order::v1 {
class Orders;
}
namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::cart {

/// What the parts of this service share. Made once at start; what it refers to outlives it.
struct Parts {
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  std::shared_ptr<catalog::v1::Catalog> catalog;
  std::shared_ptr<order::v1::Orders> orders;
  runtime::Environment& environment;
  const security::Sealer& sealer;
  Terms terms;

  /// Under which a secret cart id is stored.
  std::string hashOf(const std::string& cart_id) const;
};

/// What is asked of the catalogue for a cart.
struct Question {
  std::vector<std::string> skus;
  std::string currency;
  std::string country;

  bool operator==(const Question&) const = default;
};
/// Asks the catalogue; an empty question costs nothing. Never inside a transaction.
task<std::vector<Quote>> quote(std::shared_ptr<const Parts> parts, rpc::Context context, Question question);
/// What it takes to price the whole cart anew.
Question questionOf(const Cart& cart);

/// Reads a cart outside a transaction, for the calls that come before one. Throws NOT_FOUND.
task<Cart> look(std::shared_ptr<const Parts> parts, std::string id_hash);
/// Reads a cart inside one. Throws NOT_FOUND.
task<Cart> take(const Parts& parts, store::Transaction& in, std::string id_hash);

}  // namespace kontor::cart
