#include "chassis/store/sql.hpp"
#include "services/order/invariants.hpp"
#include "services/order/store.hpp"

namespace kontor::order {
namespace {

using store::params;
using store::Row;
using type::v1::Invariant;

// Long after the longest pause between two tries: a checkout that nobody looks at any more.
constexpr Duration kOverdue = std::chrono::minutes(3);

constexpr std::string_view kCountOrders = "SELECT COUNT(*) FROM orders";
constexpr std::string_view kCountCheckouts = "SELECT COUNT(*) FROM checkout";
// With prices that include tax it is in the lines already.
constexpr std::string_view kWrongSums =
    "SELECT o.number, o.total, o.subtotal - o.discount + o.shipping + CASE WHEN o.tax_included THEN 0 ELSE o.tax END, "
    "o.subtotal, COALESCE(l.subtotal, 0), o.discount, COALESCE(l.discount, 0) "
    "FROM orders o LEFT JOIN (SELECT order_id, SUM(unit_price * quantity) AS subtotal, SUM(discount) AS discount "
    "FROM order_line GROUP BY order_id) l ON l.order_id = o.id "
    "WHERE o.total <> o.subtotal - o.discount + o.shipping + CASE WHEN o.tax_included THEN 0 ELSE o.tax END "
    "OR o.subtotal <> COALESCE(l.subtotal, 0) OR o.discount <> COALESCE(l.discount, 0) ORDER BY o.number LIMIT 20";
// A pending order's checkout is still at work; an order that stands has a checkout that made it.
constexpr std::string_view kLostOrders =
    "SELECT o.number, o.status, o.checkout_id, COALESCE(c.step, 'missing') FROM orders o "
    "LEFT JOIN checkout c ON c.id = o.checkout_id AND c.order_id = o.id "
    "WHERE (o.status = 'pending' AND (c.step IS NULL OR c.step IN ('done', 'failed', 'begun'))) "
    "OR (o.status IN ('confirmed', 'completed') AND (c.step IS NULL OR c.step NOT IN ('completing', 'done'))) "
    "ORDER BY o.number LIMIT 20";
constexpr std::string_view kLostCheckouts =
    "SELECT c.id, COALESCE(c.order_id, 'no order'), COALESCE(o.status, 'missing') FROM checkout c "
    "LEFT JOIN orders o ON o.id = c.order_id "
    "WHERE c.step = 'done' AND (o.status IS NULL OR o.status = 'pending') ORDER BY c.id LIMIT 20";
constexpr std::string_view kOverdueCheckouts =
    "SELECT c.id, c.step, c.wake_at FROM checkout c WHERE (c.wake_at IS NOT NULL AND c.wake_at < $1) "
    "OR (c.wake_at IS NULL AND c.step NOT IN ('done', 'failed')) ORDER BY c.id LIMIT 20";
constexpr std::string_view kUntoldOrders =
    "SELECT o.number, o.status FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_history h WHERE h.order_id = o.id "
    "AND h.event = CASE WHEN o.status = 'pending' THEN 'placed' ELSE o.status END) ORDER BY o.number LIMIT 20";
constexpr std::string_view kFacts =
    "SELECT c.id, c.cart_hash, c.step, c.order_id, o.status, o.payment_status, c.updated_at, o.updated_at "
    "FROM checkout c LEFT JOIN orders o ON o.id = c.order_id "
    "WHERE c.id > $1 AND ($2 = '' OR c.id <= $2) ORDER BY c.id LIMIT $3";

task<std::int64_t> count(store::Statements& in, std::string_view sql) {
  const store::Rows rows = co_await in.query(sql, params());
  co_return rows.at(0).int64(0);
}

std::string number(const Row& row, std::size_t column) { return std::to_string(row.int64(column)); }

task<Invariant> checkSums(store::Statements& in) {
  Invariant invariant = holding("order: totals are the exact sums of their lines");
  invariant.set_checked(co_await count(in, kCountOrders));
  const store::Rows wrong = co_await in.query(kWrongSums, params());
  for (const Row& row : wrong) {
    violate(invariant, "order " + number(row, 0) + ": total " + number(row, 1) + ", its parts say " + number(row, 2) +
                           "; subtotal " + number(row, 3) + ", lines " + number(row, 4) + "; discount " +
                           number(row, 5) + ", lines " + number(row, 6));
  }
  co_return invariant;
}

task<Invariant> checkPairs(store::Statements& in) {
  Invariant invariant = holding("order: every order has the checkout that made it, and every finished one its order");
  invariant.set_checked(co_await count(in, kCountOrders));
  const store::Rows orders = co_await in.query(kLostOrders, params());
  for (const Row& row : orders)
    violate(invariant,
            "order " + number(row, 0) + " is " + row.text(1) + ", its checkout " + row.text(2) + " is " + row.text(3));
  const store::Rows checkouts = co_await in.query(kLostCheckouts, params());
  for (const Row& row : checkouts)
    violate(invariant, "checkout " + row.text(0) + " is done, its order " + row.text(1) + " is " + row.text(2));
  co_return invariant;
}

task<Invariant> checkNoneForgotten(store::Statements& in, Time now) {
  Invariant invariant = holding("order: no unfinished checkout is forgotten");
  invariant.set_checked(co_await count(in, kCountCheckouts));
  const store::Rows late = co_await in.query(kOverdueCheckouts, params(now - kOverdue));
  for (const Row& row : late) {
    std::string since = "never to be looked at";
    if (!row.isNull(2)) since = "due since " + formatRfc3339(row.time(2));
    violate(invariant, "checkout " + row.text(0) + " is " + row.text(1) + " and " + since);
  }
  co_return invariant;
}

task<Invariant> checkHistory(store::Statements& in) {
  Invariant invariant = holding("order: the history of an order tells its status");
  invariant.set_checked(co_await count(in, kCountOrders));
  const store::Rows untold = co_await in.query(kUntoldOrders, params());
  for (const Row& row : untold)
    violate(invariant, "order " + number(row, 0) + " is " + row.text(1) + ", but its history does not say so");
  co_return invariant;
}

}  // namespace

task<std::vector<Invariant>> checkOrders(store::Statements& in, Time now) {
  std::vector<Invariant> found;
  found.push_back(co_await checkSums(in));
  found.push_back(co_await checkPairs(in));
  found.push_back(co_await checkNoneForgotten(in, now));
  found.push_back(co_await checkHistory(in));
  co_return found;
}

bool CheckoutFact::leavesNothing() const {
  if (step == Step::kFailed) return true;
  const bool returned =
      order_payment == v1::Order::PAYMENT_STATUS_VOIDED || order_payment == v1::Order::PAYMENT_STATUS_REFUNDED;
  return step == Step::kDone && order_status == v1::Order::STATUS_CANCELLED && returned;
}

task<std::vector<CheckoutFact>> OrderStore::facts(store::Statements& in, std::string after, std::string last,
                                                  std::int64_t most) const {
  const store::Rows rows = co_await in.query(kFacts, params(std::move(after), std::move(last), most));
  std::vector<CheckoutFact> facts;
  facts.reserve(rows.size());
  for (const Row& row : rows) {
    CheckoutFact fact{row.text(0), row.bytes(1), stepNamed(row.text(2)), row.optionalText(3).value_or(""), {},
                      {},          row.time(6)};
    if (!row.isNull(4)) {
      fact.order_status = statusNamed(row.text(4));
      fact.order_payment = paymentStatusNamed(row.text(5));
      fact.changed_at = std::max(fact.changed_at, row.time(7));
    }
    facts.push_back(std::move(fact));
  }
  co_return facts;
}

}  // namespace kontor::order
