#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chassis/runtime/task.hpp"
#include "services/cart/domain.hpp"

namespace kontor::store {
struct Audit;
class Statements;
class Transaction;
}  // namespace kontor::store

namespace kontor::cart {

/// A cart's state by the checkout that holds it or made an order of it.
struct CheckoutState {
  std::string checkout;
  State state = State::kActive;
};

/// What cart needs of a store. Writes run inside a transaction of the caller's. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  virtual task<void> add(store::Transaction& in, const Cart& cart) = 0;
  virtual task<std::optional<Cart>> find(store::Statements& in, std::string id_hash) = 0;
  /// Writes what differs between the cart as it was read and as it shall be, guarded by state and version of `read`:
  /// ABORTED when somebody changed it since. `wanted.version` is the new one.
  virtual task<void> save(store::Transaction& in, const Cart& read, const Cart& wanted) = 0;

  /// Ends the cart that `checkout` holds as an order. False: it does not hold it, or no longer.
  virtual task<bool> complete(store::Transaction& in, std::string id_hash, std::string checkout) = 0;

  /// Remembers that a checkout gave the cart back, which then had this version (0: it never held the cart).
  virtual task<void> giveBack(store::Transaction& in, std::string checkout, std::string id_hash,
                              std::int64_t version) = 0;
  /// The version that `giveBack` was told, if it was.
  virtual task<std::optional<std::int64_t>> givenBack(store::Statements& in, std::string checkout) = 0;

  virtual task<std::vector<CheckoutState>> locksOf(store::Statements& in, std::vector<std::string> checkouts) = 0;
  /// Carts that were locked before `before` and still are, or with `completed` have become an order, in the order of
  /// their checkouts, after `after`.
  virtual task<std::vector<CheckoutState>> locksBefore(store::Statements& in, Time before, bool completed,
                                                       std::string after, std::int64_t limit) = 0;
  /// Ends up to `limit` active carts whose time is over, and forgets who they belonged to; how many there were.
  virtual task<std::int64_t> expire(store::Transaction& in, Time now, std::int64_t limit) = 0;
  /// Forgets up to `limit` checkouts that gave their cart back before `before`.
  virtual task<std::int64_t> forget(store::Transaction& in, Time before, std::int64_t limit) = 0;
  /// Up to `limit` carts in the order of their hashes, after `id_hash`, without e-mail and addresses: for checks.
  virtual task<std::vector<Cart>> after(store::Statements& in, std::string id_hash, std::int64_t limit) = 0;
  /// What columns alone can tell, and whether what is sealed opens; `now` decides which carts should have expired.
  virtual task<std::vector<store::Audit>> audit(store::Statements& in, Time now) = 0;
};

}  // namespace kontor::cart
