#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "services/order/store_fulfilments.hpp"

namespace kontor::order {
namespace {

using store::params;
using store::Row;

// In the order in which readFulfilment reads them.
const std::string kColumns =
    "SELECT id, order_id, checkout_id, state, location, carrier, tracking, currency, amount, capture, stock_taken, "
    "trouble, tries, lease_owner, lease_until, epoch, wake_at, version, created_at, updated_at, shipped_at, "
    "delivered_at FROM fulfilment ";
const std::string kFind = kColumns + "WHERE id = $1";
const std::string kOfOrder = kColumns + "WHERE order_id = $1 ORDER BY created_at, id";
constexpr std::string_view kLines =
    "SELECT line_id, sku, quantity FROM fulfilment_line WHERE fulfilment_id = $1 ORDER BY position";
constexpr std::string_view kInsert =
    "INSERT INTO fulfilment (id, order_id, checkout_id, state, location, carrier, tracking, currency, amount, capture, "
    "stock_taken, trouble, tries, lease_owner, lease_until, epoch, version, created_at, updated_at) "
    "VALUES ($1, $2, $3, 'pending', $4, '', '', $5, 0, 'none', $6, '', 0, '', 0, 0, 1, $7, $7)";
constexpr std::string_view kInsertLine =
    "INSERT INTO fulfilment_line (fulfilment_id, position, line_id, sku, quantity) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kSave =
    "UPDATE fulfilment SET state = $4, carrier = $5, tracking = $6, amount = $7, capture = $8, stock_taken = $9, "
    "trouble = $10, tries = $11, lease_owner = $12, lease_until = $13, epoch = $14, wake_at = $15, "
    "version = version + 1, updated_at = $16, shipped_at = $17, delivered_at = $18 "
    "WHERE id = $1 AND state = $2 AND epoch = $3";
constexpr std::string_view kCancelPending =
    "UPDATE fulfilment SET state = 'cancelled', version = version + 1, updated_at = $2 "
    "WHERE order_id = $1 AND state = 'pending'";
constexpr std::string_view kTouchOrder =
    "UPDATE orders SET version = version + 1, updated_at = $2 WHERE id = $1 AND status = 'confirmed'";
constexpr std::string_view kShipOrder =
    "UPDATE orders SET fulfilment_status = $2, version = version + 1, updated_at = $3 "
    "WHERE id = $1 AND status = 'confirmed'";
constexpr std::string_view kShipLine = "UPDATE order_line SET fulfilled = $3 WHERE order_id = $1 AND id = $2";
constexpr std::string_view kDue =
    "SELECT id FROM fulfilment WHERE wake_at IS NOT NULL AND wake_at <= $1 ORDER BY wake_at LIMIT $2";
constexpr std::string_view kClaim =
    "UPDATE fulfilment SET lease_owner = $3, lease_until = $4, wake_at = $4, epoch = epoch + 1 "
    "WHERE id = $1 AND epoch = $2";
constexpr std::string_view kFreeLeases =
    "UPDATE fulfilment SET lease_until = 0, wake_at = $3, epoch = epoch + 1 WHERE wake_at IS NOT NULL AND "
    "lease_until > 0 AND lease_owner <> $2 AND substr(lease_owner, 1, length($1)) = $1";
constexpr std::string_view kNextDue = "SELECT MIN(wake_at) FROM fulfilment WHERE wake_at IS NOT NULL";

template <class Enum>
Enum named(std::string_view word) {
  Enum value{};
  KONTOR_ASSERT(v1::fromWord(word, value), "a parcel's row has an unknown word");
  return value;
}

std::optional<Time> timeOf(bool present, const google::protobuf::Timestamp& timestamp) {
  if (!present) return std::nullopt;
  return toTime(timestamp);
}

Fulfilment readFulfilment(const Row& row) {
  Fulfilment f;
  v1::Fulfilment& shown = f.shown;
  shown.set_id(row.text(0));
  shown.set_order_id(row.text(1));
  f.checkout_id = row.text(2);
  shown.set_state(named<v1::Fulfilment::State>(row.text(3)));
  shown.set_location(row.text(4));
  f.currency = row.text(7);
  shown.set_carrier(row.text(5));
  shown.set_tracking(row.text(6));
  shown.set_capture(named<v1::Fulfilment::Capture>(row.text(9)));
  if (shown.capture() != v1::Fulfilment::CAPTURE_NONE) {
    shown.mutable_amount()->set_amount(row.int64(8));
    shown.mutable_amount()->set_currency(f.currency);
  }
  f.stock_taken = row.boolean(10);
  f.trouble = row.text(11);
  f.tries = row.int64(12);
  f.lease_owner = row.text(13);
  f.lease_until = row.time(14);
  f.epoch = row.int64(15);
  f.wake_at = row.optionalTime(16);
  shown.set_version(row.int64(17));
  *shown.mutable_created_at() = toTimestamp(row.time(18));
  *shown.mutable_updated_at() = toTimestamp(row.time(19));
  if (!row.isNull(20)) *shown.mutable_shipped_at() = toTimestamp(row.time(20));
  if (!row.isNull(21)) *shown.mutable_delivered_at() = toTimestamp(row.time(21));
  f.stored_state = shown.state();
  f.stored_epoch = f.epoch;
  return f;
}

task<Fulfilment> withLines(store::Statements& in, Fulfilment fulfilment) {
  const store::Rows lines = co_await in.query(kLines, params(fulfilment.shown.id()));
  for (const Row& row : lines) {
    v1::FulfilmentLine& line = *fulfilment.shown.add_lines();
    line.set_line_id(row.text(0));
    line.set_sku(row.text(1));
    line.set_quantity(row.int64(2));
  }
  co_return fulfilment;
}

Error leaseLost(const Fulfilment& fulfilment) {
  return Error(Code::kAborted, "LEASE_LOST",
               "the parcel " + fulfilment.shown.id() + " was changed while it was worked on here; look at it again");
}

}  // namespace

task<void> FulfilmentStore::insert(store::Transaction& in, const Fulfilment& fulfilment) {
  const v1::Fulfilment& shown = fulfilment.shown;
  KONTOR_ASSERT(shown.state() == v1::Fulfilment::STATE_PENDING, "a parcel begins as pending");
  store::Params row = params(shown.id(), shown.order_id(), fulfilment.checkout_id, shown.location(),
                             fulfilment.currency, fulfilment.stock_taken, in.now());
  co_await in.execute(kInsert, std::move(row));
  std::int64_t position = 0;
  for (const v1::FulfilmentLine& line : shown.lines())
    co_await in.execute(kInsertLine, params(shown.id(), ++position, line.line_id(), line.sku(), line.quantity()));
}

task<std::optional<Fulfilment>> FulfilmentStore::find(store::Statements& in, std::string id) {
  const store::Rows rows = co_await in.query(kFind, params(std::move(id)));
  if (rows.empty()) co_return std::nullopt;
  Fulfilment found = co_await withLines(in, readFulfilment(rows.front()));
  co_return found;
}

task<std::vector<Fulfilment>> FulfilmentStore::ofOrder(store::Statements& in, std::string order_id) {
  const store::Rows rows = co_await in.query(kOfOrder, params(std::move(order_id)));
  std::vector<Fulfilment> found;
  for (const Row& row : rows) {
    Fulfilment one = co_await withLines(in, readFulfilment(row));
    found.push_back(std::move(one));
  }
  co_return found;
}

task<void> FulfilmentStore::save(store::Transaction& in, const Fulfilment& f) {
  const v1::Fulfilment& shown = f.shown;
  store::Params row = params(shown.id(), wordOf(f.stored_state), f.stored_epoch, wordOf(shown.state()), shown.carrier(),
                             shown.tracking(), shown.amount().amount(), wordOf(shown.capture()), f.stock_taken,
                             f.trouble, f.tries, f.lease_owner, f.lease_until, f.epoch, f.wake_at, in.now(),
                             timeOf(shown.has_shipped_at(), shown.shipped_at()),
                             timeOf(shown.has_delivered_at(), shown.delivered_at()));
  const std::int64_t saved = co_await in.execute(kSave, std::move(row));
  if (saved != 1) throw leaseLost(f);
}

task<void> FulfilmentStore::cancelPending(store::Transaction& in, std::string order_id) {
  co_await in.execute(kCancelPending, params(std::move(order_id), in.now()));
}

task<bool> FulfilmentStore::touchOrder(store::Transaction& in, std::string order_id) {
  co_return co_await in.execute(kTouchOrder, params(std::move(order_id), in.now())) == 1;
}

task<bool> FulfilmentStore::writeShipped(store::Transaction& in, const v1::Order& order) {
  const std::int64_t moved =
      co_await in.execute(kShipOrder, params(order.id(), wordOf(order.fulfilment_status()), in.now()));
  if (moved != 1) co_return false;
  for (const v1::OrderLine& line : order.lines())
    co_await in.execute(kShipLine, params(order.id(), line.id(), line.fulfilled()));
  co_return true;
}

task<std::vector<Fulfilment>> FulfilmentStore::claimDue(store::Transaction& in, std::string owner, Duration lease,
                                                        std::int64_t most) {
  const store::Rows due = co_await in.claim(kDue, params(in.now(), most));
  std::vector<Fulfilment> claimed;
  for (const Row& row : due) {
    std::optional<Fulfilment> found = co_await find(in, row.text(0));
    KONTOR_ASSERT(found.has_value(), "a claimed row is there");
    hold(*found, owner, in.now(), lease);
    const std::int64_t taken =
        co_await in.execute(kClaim, params(found->shown.id(), found->stored_epoch, owner, found->lease_until));
    if (taken != 1) continue;  // another replica was quicker
    found->stored_epoch = found->epoch = found->stored_epoch + 1;
    claimed.push_back(std::move(*found));
  }
  co_return claimed;
}

task<void> FulfilmentStore::freeLeases(store::Transaction& in, std::string instance, std::string owner) {
  co_await in.execute(kFreeLeases, params(instance + "/", std::move(owner), in.now()));
}

task<std::optional<Time>> FulfilmentStore::nextDue(store::Statements& in) {
  const store::Rows rows = co_await in.query(kNextDue, params());
  co_return rows.at(0).optionalTime(0);
}

}  // namespace kontor::order
