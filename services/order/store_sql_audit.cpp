#include <array>

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/order/store.hpp"

namespace kontor::order {
namespace {

using namespace std::chrono_literals;
using store::number;
using store::params;
using store::Row;
using store::Rule;

// Long after the longest pause between two tries: a checkout that nobody looks at any more.
constexpr Duration kOverdue = 3min;
// Long after a checkout's end, and after the last question about its money.
constexpr Duration kBound = 10min;

constexpr std::string_view kCountOrders = "SELECT COUNT(*) FROM orders";
constexpr std::string_view kCountCheckouts = "SELECT COUNT(*) FROM checkout";
constexpr std::string_view kCountLines = "SELECT COUNT(*) FROM order_line";
// With prices that include tax it is in the lines already; without, the shipping's tax is what the lines' leave over.
constexpr std::string_view kWrongSums =
    "SELECT o.number, o.total, "
    "o.subtotal - o.discount + o.shipping + CASE WHEN o.tax_included THEN 0 ELSE o.tax END AS parts, o.subtotal, "
    "CAST(COALESCE(SUM(l.unit_price * l.quantity), 0) AS BIGINT) AS line_prices, o.discount, "
    "CAST(COALESCE(SUM(l.discount), 0) AS BIGINT) AS line_discounts, "
    "o.total - o.shipping - CASE WHEN o.tax_included THEN 0 ELSE o.tax - CAST(COALESCE(SUM(l.tax), 0) AS BIGINT) END "
    "AS lines_due, CAST(COALESCE(SUM(l.total), 0) AS BIGINT) AS line_totals "
    "FROM orders o LEFT JOIN order_line l ON l.order_id = o.id GROUP BY o.id "
    "HAVING o.total <> o.subtotal - o.discount + o.shipping + CASE WHEN o.tax_included THEN 0 ELSE o.tax END "
    "OR o.subtotal <> COALESCE(SUM(l.unit_price * l.quantity), 0) OR o.discount <> COALESCE(SUM(l.discount), 0) "
    "OR COALESCE(SUM(l.total), 0) <> o.total - o.shipping - "
    "CASE WHEN o.tax_included THEN 0 ELSE o.tax - COALESCE(SUM(l.tax), 0) END "
    "OR o.tax < COALESCE(SUM(l.tax), 0) ORDER BY o.id LIMIT 20";
constexpr std::string_view kBareOrders =
    "SELECT o.number FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id) "
    "ORDER BY o.number LIMIT 20";
constexpr std::string_view kWrongLines =
    "SELECT l.id, l.order_id, l.quantity, l.fulfilled, l.returned FROM order_line l WHERE l.quantity <= 0 "
    "OR l.fulfilled < 0 OR l.fulfilled > l.quantity OR l.returned < 0 OR l.returned > l.fulfilled "
    "OR NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = l.order_id) ORDER BY l.order_id, l.position LIMIT 20";
constexpr std::string_view kUncounted =
    "SELECT o.number, n.last FROM order_number n JOIN orders o ON o.number > n.last ORDER BY o.number LIMIT 20";
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
constexpr std::string_view kForgotten =
    "SELECT c.id, c.step FROM checkout c WHERE c.wake_at IS NULL AND c.step NOT IN ('done', 'failed') "
    "ORDER BY c.id LIMIT 20";
constexpr std::string_view kOverdueCheckouts =
    "SELECT c.id, c.step, c.wake_at FROM checkout c WHERE c.wake_at IS NOT NULL AND c.wake_at < $1 "
    "ORDER BY c.id LIMIT 20";
constexpr std::string_view kEndlessCheckouts =
    "SELECT c.id, c.step, c.expires_at FROM checkout c WHERE c.step NOT IN ('done', 'failed') AND c.expires_at < $1 "
    "ORDER BY c.id LIMIT 20";
constexpr std::string_view kLeases =
    "SELECT c.id, c.lease_owner, c.lease_until FROM checkout c WHERE c.lease_until > 0 AND c.lease_until < $1 "
    "ORDER BY c.id LIMIT 20";
constexpr std::string_view kPending =
    "SELECT o.number, o.created_at FROM orders o WHERE o.status = 'pending' AND o.created_at < $1 "
    "ORDER BY o.number LIMIT 20";
constexpr std::string_view kUnreturned =
    "SELECT o.number, o.payment_status, o.updated_at FROM orders o WHERE o.status = 'cancelled' "
    "AND o.payment_status NOT IN ('voided', 'refunded', 'failed') AND o.updated_at < $1 ORDER BY o.number LIMIT 20";
constexpr std::string_view kUntoldOrders =
    "SELECT o.number, o.status FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_history h WHERE h.order_id = o.id "
    "AND h.event = CASE WHEN o.status = 'pending' THEN 'placed' ELSE o.status END) ORDER BY o.number LIMIT 20";
// In two halves, as each has its index on carts.
constexpr std::string_view kFacts =
    "SELECT c.id, c.cart_hash, c.step, c.order_id, o.status, o.payment_status, c.updated_at, o.updated_at, o.total, "
    "o.fulfilment_status, "
    "EXISTS (SELECT 1 FROM checkout d WHERE d.cart_hash = c.cart_hash AND d.id <> c.id "
    "AND NOT d.ended) OR EXISTS (SELECT 1 FROM checkout d WHERE d.cart_hash = c.cart_hash "
    "AND d.id <> c.id AND d.ended), "
    "(SELECT CAST(COALESCE(SUM(f.amount), 0) AS BIGINT) FROM fulfilment f WHERE f.order_id = o.id "
    "AND f.capture = 'done'), "
    "(SELECT CAST(COALESCE(SUM(f.amount), 0) AS BIGINT) FROM fulfilment f WHERE f.order_id = o.id) FROM checkout c "
    "LEFT JOIN orders o ON o.id = c.order_id "
    "WHERE c.id > $1 AND ($2 = '' OR c.id <= $2) ORDER BY c.id LIMIT $3";

std::string orderName(const Row& row) { return "order " + number(row, 0); }
std::string checkoutName(const Row& row) { return "checkout " + row.text(0); }

std::string sumsLine(const Row& row) {
  return orderName(row) + ": total " + number(row, 1) + ", its parts say " + number(row, 2) + "; subtotal " +
         number(row, 3) + ", lines " + number(row, 4) + "; discount " + number(row, 5) + ", lines " + number(row, 6) +
         "; due for the lines " + number(row, 7) + ", they say " + number(row, 8);
}
std::string bareLine(const Row& row) { return orderName(row) + " has no lines"; }
std::string wrongLine(const Row& row) {
  return "line " + row.text(0) + " of " + row.text(1) + ": " + number(row, 2) + " ordered, " + number(row, 3) +
         " fulfilled, " + number(row, 4) + " returned";
}
std::string uncountedLine(const Row& row) {
  return orderName(row) + " is beyond the last number given, " + number(row, 1);
}
std::string lostOrder(const Row& row) {
  return orderName(row) + " is " + row.text(1) + ", its checkout " + row.text(2) + " is " + row.text(3);
}
std::string lostCheckout(const Row& row) {
  return checkoutName(row) + " is done, its order " + row.text(1) + " is " + row.text(2);
}
std::string forgottenLine(const Row& row) {
  return checkoutName(row) + " is " + row.text(1) + ", never to be looked at";
}
std::string overdueLine(const Row& row) {
  return checkoutName(row) + " is " + row.text(1) + " and due since " + formatRfc3339(row.time(2));
}
std::string endlessLine(const Row& row) {
  return checkoutName(row) + " is " + row.text(1) + ", though it ended at " + formatRfc3339(row.time(2));
}
std::string leaseLine(const Row& row) {
  return checkoutName(row) + " is held by " + row.text(1) + " until " + formatRfc3339(row.time(2)) +
         ", and nobody took it over";
}
std::string pendingLine(const Row& row) { return orderName(row) + " is pending since " + formatRfc3339(row.time(1)); }
std::string unreturnedLine(const Row& row) {
  return orderName(row) + " was cancelled at " + formatRfc3339(row.time(2)) + ", its money is " + row.text(1);
}
std::string untoldLine(const Row& row) {
  return orderName(row) + " is " + row.text(1) + ", but its history does not say so";
}

constexpr std::array<Rule, 13> kRules{
    {{"order: totals are the exact sums of their lines, shipping and tax", kCountOrders, kWrongSums, sumsLine},
     {"order: every order has lines", kCountOrders, kBareOrders, bareLine},
     {"order: every line belongs to an order, which gets no more than it ordered", kCountLines, kWrongLines, wrongLine},
     {"order: numbers count up", kCountOrders, kUncounted, uncountedLine},
     {"order: every order has the checkout that made it", kCountOrders, kLostOrders, lostOrder},
     {"order: every finished checkout has its order", kCountCheckouts, kLostCheckouts, lostCheckout},
     {"order: every unfinished checkout will be looked at", kCountCheckouts, kForgotten, forgottenLine},
     {"order: no unfinished checkout is forgotten", kCountCheckouts, kOverdueCheckouts, overdueLine, kOverdue},
     {"order: every checkout ends", kCountCheckouts, kEndlessCheckouts, endlessLine, kBound},
     {"order: leases are given back or taken over", kCountCheckouts, kLeases, leaseLine, kOverdue},
     {"order: every order is decided", kCountOrders, kPending, pendingLine, kBound},
     {"order: a cancelled order's money goes back", kCountOrders, kUnreturned, unreturnedLine, kBound},
     {"order: the history of an order tells its status", kCountOrders, kUntoldOrders, untoldLine}}};

}  // namespace

task<std::vector<store::Audit>> OrderStore::audit(store::Statements& in, Time now) const {
  return store::auditRules(in, kRules, now);
}

bool CheckoutFact::leavesNothing() const {
  if (step == Step::kFailed) return true;
  const bool returned =
      order_payment == v1::Order::PAYMENT_STATUS_VOIDED || order_payment == v1::Order::PAYMENT_STATUS_REFUNDED;
  return step == Step::kDone && order_status == v1::Order::STATUS_CANCELLED && returned;
}

bool CheckoutFact::movesMoney() const {
  const bool resting = step == Step::kAuthorized || step == Step::kRequiresAction || step == Step::kCompleting ||
                       step == Step::kFailed || step == Step::kDone;
  const bool returning = order_status == v1::Order::STATUS_CANCELLED && !leavesNothing();
  const bool capturing = hasStandingOrder() && fulfilment != v1::Order::FULFILMENT_STATUS_UNFULFILLED &&
                         order_payment != v1::Order::PAYMENT_STATUS_CAPTURED;
  return !resting || returning || capturing;
}

task<std::vector<CheckoutFact>> OrderStore::facts(store::Statements& in, std::string after, std::string last,
                                                  std::int64_t most) const {
  const store::Rows rows = co_await in.query(kFacts, params(std::move(after), std::move(last), most));
  std::vector<CheckoutFact> facts;
  facts.reserve(rows.size());
  for (const Row& row : rows) {
    CheckoutFact fact{row.text(0), row.bytes(1), stepNamed(row.text(2)), row.optionalText(3).value_or(""), {},
                      {},          row.time(6)};
    fact.contested = row.boolean(10);
    fact.captured = row.int64(11);
    fact.due = row.int64(12);
    if (!row.isNull(4)) {
      fact.order_status = statusNamed(row.text(4));
      fact.order_payment = paymentStatusNamed(row.text(5));
      fact.changed_at = std::max(fact.changed_at, row.time(7));
      fact.total = row.int64(8);
      fact.fulfilment = fulfilmentStatusNamed(row.text(9));
    }
    facts.push_back(std::move(fact));
  }
  co_return facts;
}

}  // namespace kontor::order
