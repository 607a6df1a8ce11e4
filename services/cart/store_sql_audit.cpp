#include <array>

#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/cart/store_sql.hpp"

namespace kontor::cart {
namespace {

using store::params;
using store::Row;
using store::Rule;

constexpr std::string_view kCountCarts = "SELECT COUNT(*) FROM cart";
constexpr std::string_view kCountLines = "SELECT COUNT(*) FROM line";
constexpr std::string_view kCountActive = "SELECT COUNT(*) FROM cart WHERE state = 'active'";
constexpr std::string_view kStrayLines =
    "SELECT l.id, l.id_hash FROM line l WHERE NOT EXISTS (SELECT 1 FROM cart c WHERE c.id_hash = l.id_hash) "
    "ORDER BY l.id_hash, l.id LIMIT 20";
constexpr std::string_view kBareLocks =
    "SELECT id_hash, state FROM cart WHERE state = 'checking_out' AND locked_at IS NULL ORDER BY id_hash LIMIT 20";
constexpr std::string_view kOverdue =
    "SELECT id_hash, expires_at FROM cart WHERE state = 'active' AND expires_at < $1 ORDER BY expires_at LIMIT 20";
// The newest only: each seal takes microseconds to open.
constexpr std::string_view kSealed =
    "SELECT id_hash, email, shipping_address, billing_address FROM cart ORDER BY updated_at DESC, id_hash LIMIT 500";
constexpr std::array<std::string_view, 3> kSealedColumns{"email", "shipping_address", "billing_address"};
// The longest that `cart.sweep_interval` may be, and an hour.
constexpr Duration kSweepLate = std::chrono::hours(25);

std::string strayLine(const Row& row) { return "line " + row.text(0) + ": there is no cart " + row.text(1); }
std::string bareLock(const Row& row) { return "cart " + row.text(0) + " is checking_out, nobody knows since when"; }
std::string overdueLine(const Row& row) {
  return "cart " + row.text(0) + " is active, though it expired at " + formatRfc3339(row.time(1));
}

constexpr std::array<Rule, 3> kRules{{{"cart: every line belongs to a cart", kCountLines, kStrayLines, strayLine},
                                      {"cart: a locked cart says since when", kCountCarts, kBareLocks, bareLock},
                                      {"cart: carts expire", kCountActive, kOverdue, overdueLine, kSweepLate}}};

}  // namespace

task<std::vector<store::Audit>> StoreSql::audit(store::Statements& in, Time now) {
  std::vector<store::Audit> audits = co_await store::auditRules(in, kRules, now);
  store::Audit sealed("cart: e-mails and addresses open");
  const store::Rows rows = co_await in.query(kSealed, params());
  sealed.checked = static_cast<std::int64_t>(rows.size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kSealedColumns.size(); ++i) {
      if (row.isNull(i + 1)) continue;
      try {
        static_cast<void>(sealer_.open(row.bytes(i + 1), sealContext(kSealedColumns[i], row.text(0))));
      } catch (const Error& error) {
        sealed.violate("cart " + row.text(0) + ", " + std::string(kSealedColumns[i]) + ": " + error.message());
      }
    }
  }
  audits.push_back(std::move(sealed));
  co_return audits;
}

}  // namespace kontor::cart
