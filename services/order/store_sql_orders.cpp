#include <algorithm>
#include <charconv>
#include <map>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/security/sealer.hpp"
#include "services/order/store.hpp"
#include "services/order/store_fulfilments.hpp"

namespace kontor::order {
namespace {

using store::Bytes;
using store::params;
using store::Row;

constexpr std::string_view kCountOn = "UPDATE order_number SET last = last + 1 WHERE id = $1";
constexpr std::string_view kLastNumber = "SELECT last FROM order_number WHERE id = $1";
constexpr std::string_view kInsertOrder =
    "INSERT INTO orders (id, number, checkout_id, customer_id, token, token_hash, personal, email_hash, status, "
    "payment_status, fulfilment_status, currency, subtotal, discount, shipping, tax, total, tax_included, shipping_id, "
    "shipping_name, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
    "$14, $15, $16, $17, $18, $19, $20, $21, $22, $22)";
constexpr std::string_view kInsertLine =
    "INSERT INTO order_line (order_id, position, id, variant_id, sku, title, variant_title, media_url, quantity, "
    "unit_price, discount, tax, total, fulfilled, returned) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0)";
// Positions count up within an order, whose rows one transaction at a time writes. The SELECT stands inside VALUES: one
// that feeds the INSERT goes through a temporary table.
constexpr std::string_view kInsertHistory =
    "INSERT INTO order_history (order_id, position, at, actor, event, detail) "
    "VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM order_history WHERE order_id = $1), $2, $3, $4, $5)";
// As above, for the entries that say what they were about: few do.
constexpr std::string_view kInsertTelling =
    "INSERT INTO order_history (order_id, position, at, actor, event, detail, data) "
    "VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM order_history WHERE order_id = $1), $2, $3, $4, $5, $6)";
constexpr std::string_view kChange =
    "UPDATE orders SET status = $3, payment_status = $4, version = version + 1, updated_at = $5 "
    "WHERE id = $1 AND status = $2";
// An order is cancelled only while nothing of it is shipped.
constexpr std::string_view kCancel =
    "UPDATE orders SET status = $3, payment_status = $4, version = version + 1, updated_at = $5 "
    "WHERE id = $1 AND status = $2 AND fulfilment_status = 'unfulfilled'";

const std::string kColumns =
    "SELECT o.id, o.number, o.checkout_id, o.customer_id, o.token, o.personal, o.status, o.payment_status, "
    "o.fulfilment_status, o.currency, o.subtotal, o.discount, o.shipping, o.tax, o.total, o.tax_included, "
    "o.shipping_id, o.shipping_name, o.version, o.created_at, o.updated_at FROM orders o ";
const std::string kFind = kColumns + "WHERE o.id = $1";
const std::string kFindNumber = kColumns + "WHERE o.number = $1";
const std::string kList = kColumns + "WHERE o.number < $1 ORDER BY o.number DESC LIMIT $2";
const std::string kListInStatus = kColumns + "WHERE o.number < $1 AND o.status = $3 ORDER BY o.number DESC LIMIT $2";
constexpr std::string_view kLines =
    "SELECT order_id, id, variant_id, sku, title, variant_title, media_url, quantity, unit_price, discount, tax, "
    "total, fulfilled, returned FROM order_line WHERE order_id = $1 ORDER BY position";
constexpr std::string_view kHistory =
    "SELECT at, actor, event, detail, data FROM order_history WHERE order_id = $1 ORDER BY position";
constexpr std::string_view kTokenHash = "SELECT token_hash FROM orders WHERE id = $1";

std::string place(std::string_view column, const std::string& id) {
  std::string context("orders.");
  return context.append(column).append(":").append(id);
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

void setMoney(type::v1::Money* money, std::int64_t amount, const std::string& currency) {
  money->set_amount(amount);
  money->set_currency(currency);
}

// What is sealed as one: who ordered, and where it goes.
std::string personalOf(const v1::Order& order) {
  v1::Order personal;
  personal.set_email(order.email());
  if (order.has_shipping_address()) *personal.mutable_shipping_address() = order.shipping_address();
  if (order.has_billing_address()) *personal.mutable_billing_address() = order.billing_address();
  return personal.SerializeAsString();
}

void readLine(const Row& row, v1::Order& order) {
  v1::OrderLine& line = *order.add_lines();
  line.set_id(row.text(1));
  line.set_variant_id(row.text(2));
  line.set_sku(row.text(3));
  line.set_title(row.text(4));
  line.set_variant_title(row.text(5));
  line.set_media_url(row.text(6));
  line.set_quantity(row.int64(7));
  setMoney(line.mutable_unit_price(), row.int64(8), order.currency());
  setMoney(line.mutable_discount(), row.int64(9), order.currency());
  setMoney(line.mutable_tax(), row.int64(10), order.currency());
  setMoney(line.mutable_total(), row.int64(11), order.currency());
  line.set_fulfilled(row.int64(12));
  line.set_returned(row.int64(13));
}

// Compares in a time that depends on the lengths alone.
bool sameSecret(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) difference |= static_cast<unsigned char>(left[i] ^ right[i]);
  return difference == 0;
}

task<void> insertHistory(store::Transaction& in, std::string order_id, const v1::HistoryEntry& entry) {
  store::Params row = params(std::move(order_id), toTime(entry.at()), entry.actor(), entry.event(), entry.detail());
  std::string_view sql = kInsertHistory;
  if (!entry.data().empty()) {
    v1::HistoryEntry data;
    *data.mutable_data() = entry.data();
    row.emplace_back(Bytes{data.SerializeAsString()});
    sql = kInsertTelling;
  }
  co_await in.execute(sql, std::move(row));
}

void readHistory(const Row& row, v1::HistoryEntry& entry) {
  if (!row.isNull(4)) KONTOR_ASSERT(entry.ParseFromString(row.bytes(4)), "an entry's data parses");
  *entry.mutable_at() = toTimestamp(row.time(0));
  entry.set_actor(row.text(1));
  entry.set_event(row.text(2));
  entry.set_detail(row.text(3));
}

}  // namespace

task<std::string> OrderStore::nextNumber(store::Transaction& in) const {
  co_await in.execute(kCountOn, params(1));
  const store::Rows rows = co_await in.query(kLastNumber, params(1));
  co_return std::to_string(rows.at(0).int64(0));
}

task<void> OrderStore::insertOrder(store::Transaction& in, const OrderRecord& record) const {
  const v1::Order& o = record.order;
  const cart::v1::Totals& totals = o.totals();
  store::Params row =
      params(o.id(), std::int64_t{std::stoll(o.number())}, record.checkout_id, record.customer_id,
             Bytes{sealer_.seal(o.token(), place("token", o.id()))}, Bytes{sealer_.lookup(o.token(), "orders.token")},
             Bytes{sealer_.seal(personalOf(o), place("personal", o.id()))},
             Bytes{sealer_.lookup(lowered(o.email()), "orders.email")}, wordOf(o.status()), wordOf(o.payment_status()),
             wordOf(o.fulfilment_status()), o.currency(), totals.subtotal().amount(), totals.discount().amount(),
             totals.shipping().amount(), totals.tax().amount(), totals.total().amount(), o.tax_included(),
             o.shipping().id(), o.shipping().name(), o.version(), toTime(o.created_at()));
  co_await in.execute(kInsertOrder, std::move(row));
  std::int64_t position = 0;
  for (const v1::OrderLine& line : o.lines()) {
    store::Params columns = params(o.id(), ++position, line.id(), line.variant_id(), line.sku(), line.title(),
                                   line.variant_title(), line.media_url(), line.quantity(), line.unit_price().amount(),
                                   line.discount().amount(), line.tax().amount(), line.total().amount());
    co_await in.execute(kInsertLine, std::move(columns));
  }
  for (const v1::HistoryEntry& entry : o.history()) co_await insertHistory(in, o.id(), entry);
}

task<bool> OrderStore::changeOrder(store::Transaction& in, const OrderChange& change) const {
  const bool cancels = change.to == v1::Order::STATUS_CANCELLED && change.from != change.to;
  std::string_view sql = kChange;
  if (cancels) sql = kCancel;
  store::Params row = params(change.order_id, wordOf(change.from), wordOf(change.to), wordOf(change.payment), in.now());
  if (co_await in.execute(sql, std::move(row)) != 1) co_return false;
  const v1::HistoryEntry entry = historyEntry(in.now(), change.actor, change.event, change.detail, change.data);
  co_await insertHistory(in, change.order_id, entry);
  co_return true;
}

task<void> OrderStore::tell(store::Transaction& in, std::string order_id, v1::HistoryEntry entry) {
  co_await insertHistory(in, std::move(order_id), entry);
}

OrderRecord OrderStore::readOrder(const Row& row) const {
  v1::Order order;
  const std::string& id = row.text(0);
  KONTOR_ASSERT(order.ParseFromString(sealer_.open(row.bytes(5), place("personal", id))), "personal data parses");
  order.set_id(id);
  order.set_number(std::to_string(row.int64(1)));
  order.set_token(sealer_.open(row.bytes(4), place("token", id)));
  order.set_status(statusNamed(row.text(6)));
  order.set_payment_status(paymentStatusNamed(row.text(7)));
  order.set_fulfilment_status(fulfilmentStatusNamed(row.text(8)));
  order.set_currency(row.text(9));
  cart::v1::Totals& totals = *order.mutable_totals();
  setMoney(totals.mutable_subtotal(), row.int64(10), order.currency());
  setMoney(totals.mutable_discount(), row.int64(11), order.currency());
  setMoney(totals.mutable_shipping(), row.int64(12), order.currency());
  setMoney(totals.mutable_tax(), row.int64(13), order.currency());
  setMoney(totals.mutable_total(), row.int64(14), order.currency());
  order.set_tax_included(row.boolean(15));
  order.mutable_shipping()->set_id(row.text(16));
  order.mutable_shipping()->set_name(row.text(17));
  setMoney(order.mutable_shipping()->mutable_price(), row.int64(12), order.currency());
  order.set_version(row.int64(18));
  *order.mutable_created_at() = toTimestamp(row.time(19));
  *order.mutable_updated_at() = toTimestamp(row.time(20));
  return {std::move(order), row.text(2), row.text(3)};
}

task<std::optional<OrderRecord>> OrderStore::oneOrder(store::Statements& in, store::Rows rows) const {
  if (rows.empty()) co_return std::nullopt;
  OrderRecord record = readOrder(rows.front());
  const store::Rows lines = co_await in.query(kLines, params(record.order.id()));
  for (const Row& line : lines) readLine(line, record.order);
  const store::Rows history = co_await in.query(kHistory, params(record.order.id()));
  for (const Row& entry : history) readHistory(entry, *record.order.add_history());
  std::vector<Fulfilment> parcels = co_await FulfilmentStore::ofOrder(in, record.order.id());
  for (Fulfilment& parcel : parcels) *record.order.add_fulfilments() = std::move(parcel.shown);
  co_return record;
}

task<std::optional<OrderRecord>> OrderStore::order(store::Statements& in, std::string id) const {
  store::Rows rows = co_await in.query(kFind, params(std::move(id)));
  co_return co_await oneOrder(in, std::move(rows));
}

task<std::optional<OrderRecord>> OrderStore::orderNumbered(store::Statements& in, std::string number) const {
  std::int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto [stop, failure] = std::from_chars(number.data(), end, value);
  if (failure != std::errc() || stop != end) co_return std::nullopt;
  store::Rows rows = co_await in.query(kFindNumber, params(value));
  co_return co_await oneOrder(in, std::move(rows));
}

task<bool> OrderStore::tokenFits(store::Statements& in, std::string order_id, std::string token) const {
  const store::Rows rows = co_await in.query(kTokenHash, params(std::move(order_id)));
  const std::string hash = sealer_.lookup(token, "orders.token");
  co_return !rows.empty() && sameSecret(rows.front().bytes(0), hash);
}

task<std::vector<OrderRecord>> OrderStore::orders(store::Statements& in, std::optional<v1::Order::Status> status,
                                                  std::int64_t below, std::int64_t most) const {
  store::Rows rows;
  if (status) {
    rows = co_await in.query(kListInStatus, params(below, most, wordOf(*status)));
  } else {
    rows = co_await in.query(kList, params(below, most));
  }
  std::vector<OrderRecord> records;
  records.reserve(rows.size());
  for (const Row& row : rows) {
    OrderRecord record = readOrder(row);
    const store::Rows lines = co_await in.query(kLines, params(record.order.id()));
    for (const Row& line : lines) readLine(line, record.order);
    records.push_back(std::move(record));
  }
  co_return records;
}

}  // namespace kontor::order
