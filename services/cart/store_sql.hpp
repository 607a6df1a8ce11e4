#pragma once

#include "services/cart/store.hpp"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class Row;
}

namespace kontor::cart {

/// Ties a sealed value to its column and cart.
std::string sealContext(std::string_view column, const std::string& id_hash);

/// The store of cart in SQL, one text per query for SQLite and PostgreSQL: carts in store_sql.cpp, locks and sweeps in
/// store_sql_locks.cpp, checks in store_sql_audit.cpp. Seals e-mail and addresses. Thread-safe: it keeps no state.
class StoreSql final : public Store {
 public:
  /// `sealer` must outlive the store.
  explicit StoreSql(const security::Sealer& sealer) : sealer_(sealer) {}

  task<void> add(store::Transaction& in, const Cart& cart) override;
  task<std::optional<Cart>> find(store::Statements& in, std::string id_hash) override;
  task<void> save(store::Transaction& in, const Cart& read, const Cart& wanted) override;
  task<bool> complete(store::Transaction& in, std::string id_hash, std::string checkout) override;
  task<void> giveBack(store::Transaction& in, std::string checkout, std::string id_hash, std::int64_t version) override;
  task<std::optional<std::int64_t>> givenBack(store::Statements& in, std::string checkout) override;
  task<std::vector<CheckoutState>> locksOf(store::Statements& in, std::vector<std::string> checkouts) override;
  task<std::vector<CheckoutState>> locksBefore(store::Statements& in, Time before, bool completed, std::string after,
                                               std::int64_t limit) override;
  task<std::int64_t> expire(store::Transaction& in, Time now, std::int64_t limit) override;
  task<std::int64_t> forget(store::Transaction& in, Time before, std::int64_t limit) override;
  task<std::vector<Cart>> after(store::Statements& in, std::string id_hash, std::int64_t limit) override;
  task<std::vector<store::Audit>> audit(store::Statements& in, Time now) override;

 private:
  Cart cartOf(const store::Row& row) const;
  void openPersonal(const store::Row& row, Cart& cart) const;
  task<void> saveLines(store::Transaction& in, const Cart& read, const Cart& wanted);
  task<void> savePersonal(store::Transaction& in, const Cart& cart);

  const security::Sealer& sealer_;
};

}  // namespace kontor::cart
