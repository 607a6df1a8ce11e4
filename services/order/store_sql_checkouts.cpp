#include <algorithm>
#include <tuple>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "services/order/store.hpp"

namespace kontor::order {
namespace {

using store::Bytes;
using store::Param;
using store::params;
using store::Row;

// In the order in which readCheckout reads them.
const std::string kColumns =
    "SELECT c.id, c.cart_id, c.cart_hash, c.customer_id, c.step, c.reason, c.late, c.replaces, k.body, c.expires_at, "
    "c.payment, c.asked_at, c.tries, c.lease_owner, c.lease_until, c.epoch, c.wake_at, c.nudges, c.cancel_actor, "
    "c.cancel_reason, c.order_id, c.pay_key, c.pay_fingerprint, kp.body, c.complete_key, "
    "c.complete_fingerprint, kc.body, c.created_at, c.updated_at, o.status, o.payment_status, o.number, "
    "c.nudges_seen FROM checkout c LEFT JOIN orders o ON o.id = c.order_id "
    "LEFT JOIN checkout_kept k ON k.checkout_id = c.id AND k.kind = 'cart' "
    "LEFT JOIN checkout_kept kp ON kp.checkout_id = c.id AND kp.kind = 'pay' "
    "LEFT JOIN checkout_kept kc ON kc.checkout_id = c.id AND kc.kind = 'complete' ";
const std::string kFind = kColumns + "WHERE c.id = $1";
// A half for each of the partial indexes; most carts have no checkout, or one.
constexpr std::string_view kOfCart =
    "SELECT id FROM checkout WHERE cart_hash = $1 AND NOT ended "
    "UNION ALL SELECT id FROM checkout WHERE cart_hash = $1 AND ended";
constexpr std::string_view kStep = "SELECT step FROM checkout WHERE id = $1";
constexpr std::string_view kInsert =
    "INSERT INTO checkout (id, cart_id, cart_hash, customer_id, step, reason, late, replaces, expires_at, tries, "
    "lease_owner, lease_until, epoch, wake_at, nudges, nudges_seen, cancel_actor, cancel_reason, pay_key, "
    "pay_fingerprint, complete_fingerprint, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, 0, $9, $10, $11, $12, 0, 0, '', '', $13, $14, '', $15, $15)";
// Wishes and nudges come from outside the lease and are never written here: they cannot be lost under a driver's copy.
const std::string kSave =
    "UPDATE checkout SET step = $4, reason = $5, late = $6, expires_at = $7, payment = $8, asked_at = $9, tries = $10, "
    "lease_owner = $11, lease_until = $12, epoch = $13, "
    "wake_at = CASE WHEN nudges > $19 AND $12 = 0 THEN $14 ELSE $15 END, nudges_seen = $20, order_id = $16, "
    "complete_key = $17, complete_fingerprint = $18, updated_at = $14 ";
const std::string kIfUnmoved = "WHERE id = $1 AND step = $2 AND epoch = $3";
const std::string kSaveStep = kSave + kIfUnmoved;
// Apart: naming `ended` in a write makes SQLite write two indexes of scattered hashes anew.
const std::string kSaveEnd = kSave + ", ended = $21 " + kIfUnmoved;
// A late checkout freezes its cart a second time; answers are kept once.
constexpr std::string_view kKeep =
    "INSERT INTO checkout_kept (checkout_id, kind, body) VALUES ($1, $2, $3) "
    "ON CONFLICT (checkout_id, kind) DO UPDATE SET body = excluded.body";
// Leaves a running drive's wake-up time alone: it will find the news when it parks.
constexpr std::string_view kNudge =
    "UPDATE checkout SET nudges = nudges + 1, wake_at = CASE WHEN lease_until > $2 THEN wake_at ELSE $2 END "
    "WHERE id = $1";
constexpr std::string_view kWishCancelled =
    "UPDATE checkout SET cancel_actor = $2, cancel_reason = $3 WHERE id = $1 AND cancel_actor = ''";
constexpr std::string_view kDue =
    "SELECT c.id FROM checkout c WHERE c.wake_at IS NOT NULL AND c.wake_at <= $1 ORDER BY c.wake_at LIMIT $2";
constexpr std::string_view kClaim =
    "UPDATE checkout SET lease_owner = $3, lease_until = $4, wake_at = $4, epoch = epoch + 1 "
    "WHERE id = $1 AND epoch = $2";
constexpr std::string_view kFreeLeases =
    "UPDATE checkout SET lease_until = 0, wake_at = $3, epoch = epoch + 1 WHERE wake_at IS NOT NULL AND "
    "lease_until > 0 AND lease_owner <> $2 AND substr(lease_owner, 1, length($1)) = $1";
// Those that something has happened to are looked at first.
constexpr std::string_view kForgettable =
    "SELECT id FROM checkout WHERE step = 'failed' AND order_id IS NULL AND wake_at IS NULL AND updated_at < $1 LIMIT "
    "$2";
constexpr std::string_view kForgetKept = "DELETE FROM checkout_kept WHERE checkout_id = $1";
constexpr std::string_view kForget = "DELETE FROM checkout WHERE id = $1";
constexpr std::string_view kNextDue = "SELECT MIN(wake_at) FROM checkout WHERE wake_at IS NOT NULL";

// Binds a sealed value to its row and column.
std::string place(std::string_view column, const std::string& id) {
  std::string context("checkout.");
  return context.append(column).append(":").append(id);
}

Param bytesOrNull(std::string bytes) {
  if (bytes.empty()) return nullptr;
  return Bytes{std::move(bytes)};
}

std::string bytesOrEmpty(const Row& row, std::size_t column) {
  return row.isNull(column) ? std::string() : row.bytes(column);
}

template <class Message>
std::shared_ptr<const Message> parse(const std::string& bytes) {
  auto message = std::make_shared<Message>();
  KONTOR_ASSERT(message->ParseFromString(bytes), "a row's message is of its own type");
  return message;
}

Error leaseLost(const Checkout& checkout) {
  return Error(Code::kAborted, "LEASE_LOST",
               "the checkout " + checkout.id + " was taken over while it was driven here; its new driver goes on");
}

}  // namespace

std::string OrderStore::cartHash(const std::string& cart_id) const { return sealer_.lookup(cart_id, "checkout.cart"); }

RequestKey OrderStore::requestKey(const rpc::Context& context) const {
  const auto& idempotency = context.idempotency();
  if (!idempotency) return {};
  return {sealer_.lookup(idempotency->scope + "\n" + idempotency->key, "checkout.key"), idempotency->fingerprint};
}

Checkout OrderStore::readCheckout(const Row& row) const {
  Checkout c;
  c.id = row.text(0);
  c.cart_id = sealer_.open(row.bytes(1), place("cart_id", c.id));
  c.cart_hash = row.bytes(2);
  c.customer_id = row.text(3);
  c.step = stepNamed(row.text(4));
  c.reason = row.text(5);
  c.late = row.boolean(6);
  c.replaces = row.text(7);
  if (!row.isNull(8)) c.frozen = parse<cart::v1::Cart>(sealer_.open(row.bytes(8), place("cart", c.id)));
  c.expires_at = row.time(9);
  if (!row.isNull(10)) c.payment = parse<payment::v1::Payment>(row.bytes(10));
  c.asked_at = row.optionalTime(11);
  c.tries = row.int64(12);
  c.lease_owner = row.text(13);
  c.lease_until = row.time(14);
  c.epoch = row.int64(15);
  c.wake_at = row.optionalTime(16);
  c.nudges = row.int64(17);
  c.cancel_actor = row.text(18);
  c.cancel_reason = row.text(19);
  c.order_id = row.optionalText(20).value_or("");
  c.pay = {bytesOrEmpty(row, 21), row.text(22)};
  if (!row.isNull(23)) c.pay_answer = sealer_.open(row.bytes(23), place("pay", c.id));
  c.complete = {bytesOrEmpty(row, 24), row.text(25)};
  if (!row.isNull(26)) c.complete_answer = sealer_.open(row.bytes(26), place("complete", c.id));
  c.created_at = row.time(27);
  c.updated_at = row.time(28);
  if (!row.isNull(29)) {
    c.order_status = statusNamed(row.text(29));
    c.order_payment = paymentStatusNamed(row.text(30));
    c.order_number = std::to_string(row.int64(31));
  }
  c.nudges_seen = row.int64(32);
  c.stored_step = c.step;
  c.stored_epoch = c.epoch;
  return c;
}

task<std::optional<Checkout>> OrderStore::checkout(store::Statements& in, std::string id) const {
  const store::Rows rows = co_await in.query(kFind, params(std::move(id)));
  if (rows.empty()) co_return std::nullopt;
  co_return readCheckout(rows.front());
}

task<std::optional<Step>> OrderStore::stepOf(store::SqlStore& in, std::string id) {
  const store::Rows rows = co_await in.query(kStep, params(std::move(id)));
  if (rows.empty()) co_return std::nullopt;
  co_return stepNamed(rows.front().text(0));
}

task<std::vector<Checkout>> OrderStore::checkoutsOfCart(store::Statements& in, std::string cart_hash) const {
  std::vector<Checkout> checkouts;
  Bytes hash{std::move(cart_hash)};
  const store::Rows rows = co_await in.query(kOfCart, params(std::move(hash)));
  for (const Row& row : rows) {
    std::optional<Checkout> found = co_await checkout(in, row.text(0));
    if (found) checkouts.push_back(std::move(*found));
  }
  std::sort(checkouts.begin(), checkouts.end(), [](const Checkout& left, const Checkout& right) {
    return std::tie(left.created_at, left.id) > std::tie(right.created_at, right.id);
  });
  co_return checkouts;
}

task<void> OrderStore::insert(store::Transaction& in, const Checkout& c) const {
  KONTOR_ASSERT(c.step == Step::kBegun, "a checkout begins at its beginning");
  store::Params row = params(c.id, Bytes{sealer_.seal(c.cart_id, place("cart_id", c.id))}, Bytes{c.cart_hash},
                             c.customer_id, stepName(c.step), c.late, c.replaces, c.expires_at, c.lease_owner,
                             c.lease_until, c.epoch, c.wake_at, bytesOrNull(c.pay.hash), c.pay.fingerprint, in.now());
  co_await in.execute(kInsert, std::move(row));
}

task<void> OrderStore::keep(store::Transaction& in, const Checkout& c, std::string kind, std::string body) const {
  Bytes sealed{sealer_.seal(body, place(kind, c.id))};
  co_await in.execute(kKeep, params(c.id, std::move(kind), std::move(sealed)));
}

task<void> OrderStore::save(store::Transaction& in, const Checkout& c) const {
  std::string payment = c.payment ? c.payment->SerializeAsString() : std::string();
  Param order_id = nullptr;
  if (c.hasOrder()) order_id = c.order_id;
  store::Params row = params(c.id, stepName(c.stored_step), c.stored_epoch, stepName(c.step), c.reason, c.late,
                             c.expires_at, bytesOrNull(std::move(payment)), c.asked_at, c.tries, c.lease_owner,
                             c.lease_until, c.epoch, in.now(), c.wake_at, std::move(order_id),
                             bytesOrNull(c.complete.hash), c.complete.fingerprint, c.nudges, c.nudges_seen);
  const bool had_ended = c.stored_step == Step::kReleasing || c.stored_step == Step::kFailed;
  const bool moves = had_ended == c.inForce();
  std::string_view sql = kSaveStep;
  if (moves) {
    sql = kSaveEnd;
    row.emplace_back(!c.inForce());
  }
  const std::int64_t saved = co_await in.execute(sql, std::move(row));
  if (saved != 1) throw leaseLost(c);
  if (c.unkept.cart) co_await keep(in, c, "cart", c.frozen->SerializeAsString());
  if (c.unkept.pay_answer) co_await keep(in, c, "pay", c.pay_answer);
  if (c.unkept.complete_answer) co_await keep(in, c, "complete", c.complete_answer);
}

task<bool> OrderStore::nudge(store::Transaction& in, std::string id) const {
  co_return co_await in.execute(kNudge, params(std::move(id), in.now())) == 1;
}

task<void> OrderStore::wishCancelled(store::Transaction& in, std::string id, std::string actor,
                                     std::string reason) const {
  co_await in.execute(kWishCancelled, params(id, std::move(actor), std::move(reason)));
  co_await nudge(in, id);
}

task<std::vector<Checkout>> OrderStore::claimDue(store::Transaction& in, std::string owner, Duration lease,
                                                 std::int64_t most) const {
  const store::Rows due = co_await in.claim(kDue, params(in.now(), most));
  std::vector<Checkout> claimed;
  for (const Row& row : due) {
    std::optional<Checkout> found = co_await checkout(in, row.text(0));
    KONTOR_ASSERT(found.has_value(), "a claimed row is there");
    take(*found, owner, in.now(), lease);
    const std::int64_t taken =
        co_await in.execute(kClaim, params(found->id, found->stored_epoch, owner, found->lease_until));
    if (taken != 1) continue;  // another replica was quicker
    found->stored_epoch = found->epoch;
    claimed.push_back(std::move(*found));
  }
  co_return claimed;
}

task<void> OrderStore::freeLeases(store::Transaction& in, std::string instance, std::string owner) const {
  co_await in.execute(kFreeLeases, params(instance + "/", std::move(owner), in.now()));
}

task<std::int64_t> OrderStore::forgetFailed(store::Transaction& in, Time before, std::int64_t most) {
  const store::Rows rows = co_await in.claim(kForgettable, params(before, most));
  for (const Row& row : rows) {
    co_await in.execute(kForgetKept, params(row.text(0)));
    co_await in.execute(kForget, params(row.text(0)));
  }
  co_return static_cast<std::int64_t>(rows.size());
}

task<std::optional<Time>> OrderStore::nextDue(store::Statements& in) const {
  const store::Rows rows = co_await in.query(kNextDue, params());
  co_return rows.at(0).optionalTime(0);
}

}  // namespace kontor::order
