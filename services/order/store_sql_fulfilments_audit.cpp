#include <array>

#include "chassis/store/audit.hpp"
#include "services/order/store_fulfilments.hpp"

namespace kontor::order {
namespace {

using namespace std::chrono_literals;
using store::number;
using store::Row;
using store::Rule;

// Long after a lease: a parcel that nobody looks at any more.
constexpr Duration kOverdue = 3min;

constexpr std::string_view kCountParcels = "SELECT COUNT(*) FROM fulfilment";
constexpr std::string_view kCountOrders = "SELECT COUNT(*) FROM orders";
constexpr std::string_view kCountLines = "SELECT COUNT(*) FROM order_line";
// What is shipped stays shipped: its order is not cancelled, and a cancelled order has nothing pending.
constexpr std::string_view kStray =
    "SELECT f.id, f.state, COALESCE(o.status, 'missing') FROM fulfilment f LEFT JOIN orders o ON o.id = f.order_id "
    "WHERE o.id IS NULL OR (f.state IN ('shipped', 'delivered') AND o.status NOT IN ('confirmed', 'completed')) "
    "OR (f.state = 'pending' AND o.status <> 'confirmed') ORDER BY f.id LIMIT 20";
constexpr std::string_view kForgotten =
    "SELECT f.id, f.state, f.capture FROM fulfilment f WHERE f.wake_at IS NULL AND f.state IN ('shipped', 'delivered') "
    "AND (f.capture <> 'done' OR NOT f.stock_taken) ORDER BY f.id LIMIT 20";
constexpr std::string_view kOverdueParcels =
    "SELECT f.id, f.state, f.wake_at FROM fulfilment f WHERE f.wake_at IS NOT NULL AND f.wake_at < $1 "
    "ORDER BY f.id LIMIT 20";
constexpr std::string_view kWrongQuantities =
    "SELECT l.id, l.order_id, l.fulfilled, CAST(COALESCE(SUM(p.quantity), 0) AS BIGINT) AS shipped FROM order_line l "
    "LEFT JOIN (SELECT f.order_id, fl.line_id, fl.quantity FROM fulfilment f "
    "JOIN fulfilment_line fl ON fl.fulfilment_id = f.id WHERE f.state IN ('shipped', 'delivered')) AS p "
    "ON p.order_id = l.order_id AND p.line_id = l.id GROUP BY l.order_id, l.position, l.id, l.fulfilled "
    "HAVING l.fulfilled <> COALESCE(SUM(p.quantity), 0) ORDER BY l.order_id, l.position LIMIT 20";
// All shipped: the shares are the order's total. Before that they are less, or equal when the rest costs nothing.
constexpr std::string_view kWrongShares =
    "SELECT o.number, o.total, CAST(SUM(f.amount) AS BIGINT) AS shares, o.fulfilment_status FROM orders o "
    "JOIN fulfilment f ON f.order_id = o.id AND f.state IN ('shipped', 'delivered') "
    "GROUP BY o.id, o.number, o.total, o.fulfilment_status HAVING SUM(f.amount) > o.total "
    "OR (o.fulfilment_status = 'fulfilled' AND SUM(f.amount) <> o.total) ORDER BY o.number LIMIT 20";
constexpr std::string_view kWronglyEnded =
    "SELECT o.number, o.status, o.fulfilment_status FROM orders o WHERE o.fulfilment_status <> 'unfulfilled' "
    "AND (o.status = 'completed') <> (o.fulfilment_status = 'fulfilled' AND NOT EXISTS (SELECT 1 FROM fulfilment f "
    "WHERE f.order_id = o.id AND f.state <> 'cancelled' AND NOT (f.state = 'delivered' AND f.capture = 'done'))) "
    "ORDER BY o.number LIMIT 20";
constexpr std::string_view kUnshippedEnded =
    "SELECT o.number, o.status, o.fulfilment_status FROM orders o "
    "WHERE o.status = 'completed' AND o.fulfilment_status = 'unfulfilled' ORDER BY o.number LIMIT 20";
constexpr std::string_view kUntold =
    "SELECT f.id, f.state, f.capture FROM fulfilment f WHERE f.capture = 'done' AND f.amount > 0 "
    "AND (SELECT COUNT(*) FROM order_history h WHERE h.order_id = f.order_id AND h.event = 'payment_captured') < "
    "(SELECT COUNT(*) FROM fulfilment g WHERE g.order_id = f.order_id AND g.capture = 'done' AND g.amount > 0) "
    "ORDER BY f.id LIMIT 20";

std::string parcelName(const Row& row) { return "parcel " + row.text(0); }

std::string strayLine(const Row& row) {
  return parcelName(row) + " is " + row.text(1) + ", its order is " + row.text(2);
}
std::string forgottenLine(const Row& row) {
  return parcelName(row) + " is " + row.text(1) + ", its capture " + row.text(2) + ", and nobody will look at it";
}
std::string overdueLine(const Row& row) {
  return parcelName(row) + " is " + row.text(1) + " and due since " + formatRfc3339(row.time(2));
}
std::string quantityLine(const Row& row) {
  return "line " + row.text(0) + " of " + row.text(1) + ": " + number(row, 2) + " fulfilled, its parcels hold " +
         number(row, 3);
}
std::string shareLine(const Row& row) {
  return "order " + number(row, 0) + " is " + row.text(3) + " and costs " + number(row, 1) + ", its parcels take " +
         number(row, 2);
}
std::string endLine(const Row& row) {
  return "order " + number(row, 0) + " is " + row.text(1) + " and " + row.text(2) +
         ", which its parcels do not bear out";
}
std::string untoldLine(const Row& row) {
  return parcelName(row) + " is captured, but its order's history does not say so";
}

constexpr std::array<Rule, 8> kRules{
    {{"order: parcels belong to orders that stand, and a cancelled order has none open", kCountParcels, kStray,
      strayLine},
     {"order: what a shipped parcel owes will be looked at", kCountParcels, kForgotten, forgottenLine},
     {"order: no shipped parcel is forgotten", kCountParcels, kOverdueParcels, overdueLine, kOverdue},
     {"order: fulfilled quantities are those of the shipped parcels", kCountLines, kWrongQuantities, quantityLine},
     {"order: the parcels' shares add up to the order's total", kCountParcels, kWrongShares, shareLine},
     {"order: an order is completed when all is delivered and captured, and not before", kCountOrders, kWronglyEnded,
      endLine},
     {"order: nothing is completed that was not shipped", kCountOrders, kUnshippedEnded, endLine},
     {"order: the history tells each capture", kCountParcels, kUntold, untoldLine}}};

}  // namespace

task<std::vector<store::Audit>> FulfilmentStore::audit(store::Statements& in, Time now) {
  return store::auditRules(in, kRules, now);
}

}  // namespace kontor::order
