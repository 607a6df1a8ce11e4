#include <bit>

#include "chassis/store/sql.hpp"
#include "services/cart/store_sql.hpp"

namespace kontor::cart {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kGiveBack =
    "INSERT INTO given_back (checkout, id_hash, version, at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (checkout) DO UPDATE SET version = excluded.version, at = excluded.at";
constexpr std::string_view kGivenBack = "SELECT version FROM given_back WHERE checkout = $1";
constexpr std::string_view kLocksBefore =
    "SELECT checkout, state FROM cart WHERE checkout IS NOT NULL AND (state = 'checking_out' OR "
    "(state = 'completed' AND $4)) AND locked_at < $1 AND checkout > $2 ORDER BY checkout LIMIT $3";
constexpr std::string_view kExpire =
    "UPDATE cart SET state = 'expired', version = version + 1, updated_at = $1, email = NULL, "
    "shipping_address = NULL, billing_address = NULL WHERE state = 'active' AND id_hash IN "
    "(SELECT id_hash FROM cart WHERE state = 'active' AND expires_at <= $1 ORDER BY expires_at LIMIT $2)";
constexpr std::string_view kForget =
    "DELETE FROM given_back WHERE checkout IN (SELECT checkout FROM given_back WHERE at < $1 ORDER BY at LIMIT $2)";

std::vector<CheckoutState> statesIn(const Rows& rows) {
  std::vector<CheckoutState> states;
  for (const Row& row : rows) states.push_back({row.text(0), stateNamed(row.text(1))});
  return states;
}

}  // namespace

task<void> StoreSql::giveBack(store::Transaction& in, std::string checkout, std::string id_hash, std::int64_t version) {
  store::Params values = params(std::move(checkout), std::move(id_hash), version, in.now());
  co_await in.execute(kGiveBack, std::move(values));
}

task<std::optional<std::int64_t>> StoreSql::givenBack(store::Statements& in, std::string checkout) {
  const Rows rows = co_await in.query(kGivenBack, params(std::move(checkout)));
  if (rows.empty()) co_return std::nullopt;
  co_return rows.front().int64(0);
}

// The list is filled up to a power of two, so that few different statements have to be prepared.
task<std::vector<CheckoutState>> StoreSql::locksOf(store::Statements& in, std::vector<std::string> checkouts) {
  if (checkouts.empty()) co_return std::vector<CheckoutState>();
  checkouts.resize(std::bit_ceil(checkouts.size()), checkouts.back());
  std::string sql = "SELECT checkout, state FROM cart WHERE checkout IN (";
  store::Params values;
  for (std::string& checkout : checkouts) {
    sql += (values.empty() ? "$" : ", $") + std::to_string(values.size() + 1);
    values.emplace_back(std::move(checkout));
  }
  sql += ") ORDER BY checkout";
  const Rows rows = co_await in.query(sql, std::move(values));
  co_return statesIn(rows);
}

task<std::vector<CheckoutState>> StoreSql::locksBefore(store::Statements& in, Time before, bool completed,
                                                       std::string after, std::int64_t limit) {
  const Rows rows = co_await in.query(kLocksBefore, params(before, std::move(after), limit, completed));
  co_return statesIn(rows);
}

task<std::int64_t> StoreSql::expire(store::Transaction& in, Time now, std::int64_t limit) {
  const std::int64_t ended = co_await in.execute(kExpire, params(now, limit));
  co_return ended;
}

task<std::int64_t> StoreSql::forget(store::Transaction& in, Time before, std::int64_t limit) {
  const std::int64_t forgotten = co_await in.execute(kForget, params(before, limit));
  co_return forgotten;
}

}  // namespace kontor::cart
