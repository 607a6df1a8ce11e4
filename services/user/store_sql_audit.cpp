#include <algorithm>
#include <array>

#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/user/store_sql.hpp"

namespace kontor::user {
namespace {

using store::Audit;
using store::params;
using store::Row;
using store::Rows;
using store::Rule;

constexpr std::string_view kCountSessions = "SELECT COUNT(*) FROM session";
constexpr std::string_view kStraySessions =
    "SELECT session.id, session.account FROM session LEFT JOIN account "
    "ON account.id = session.account AND account.kind = session.kind WHERE account.id IS NULL "
    "ORDER BY session.id LIMIT 20";
constexpr std::string_view kEndlessSessions =
    "SELECT id, account FROM session WHERE expires_at <= created_at OR last_seen_at < created_at ORDER BY id LIMIT 20";
constexpr std::string_view kLeftSessions =
    "SELECT id, account, expires_at FROM session WHERE expires_at < $1 ORDER BY id LIMIT 20";
constexpr std::string_view kCountStaff = "SELECT COUNT(*) FROM account WHERE kind = 'staff'";
constexpr std::string_view kCountOwners = "SELECT COUNT(*) FROM staff_role WHERE role = 'owner'";
constexpr std::string_view kRoles =
    "SELECT staff_role.account, staff_role.role, account.kind FROM staff_role LEFT JOIN account "
    "ON account.id = staff_role.account ORDER BY staff_role.account, staff_role.role";
// The newest only: opening a sealed e-mail takes microseconds, and a shop may have millions.
constexpr std::string_view kEmails =
    "SELECT id, kind, email, name, password, version, created_at, updated_at, email_hash FROM account "
    "ORDER BY created_at DESC, id DESC LIMIT 1000";
// The longest that `user.sweep_interval` may be, and an hour.
constexpr Duration kSweepLate = std::chrono::hours(25);

std::string sessionLine(const Row& row) { return "session " + row.text(0) + " of account " + row.text(1); }
std::string straySession(const Row& row) { return sessionLine(row) + ", which is not there"; }
std::string endlessSession(const Row& row) { return sessionLine(row) + " ends or was used before it began"; }
std::string leftSession(const Row& row) {
  return sessionLine(row) + " is kept, though it ended at " + formatRfc3339(row.time(2));
}

constexpr std::array<Rule, 3> kRules{
    {{"user: every session belongs to an account of its kind", kCountSessions, kStraySessions, straySession},
     {"user: every session ends after it began", kCountSessions, kEndlessSessions, endlessSession},
     {"user: ended sessions are cleared away", kCountSessions, kLeftSessions, leftSession, kSweepLate}}};

task<std::int64_t> count(store::Statements& in, std::string_view sql) {
  const Rows rows = co_await in.query(sql, params());
  co_return rows.at(0).int64(0);
}

task<Audit> auditRoles(store::Statements& in) {
  Audit audit("user: staff have known roles, and one of them is the owner");
  const std::int64_t staff = co_await count(in, kCountStaff);
  const std::int64_t owners = co_await count(in, kCountOwners);
  audit.checked = staff;
  if (staff > 0 && owners == 0) audit.violate("there are staff, but no owner");
  const auto roles = allRoles();
  const Rows rows = co_await in.query(kRoles, params());
  for (const Row& row : rows) {
    const std::string& name = row.text(1);
    const bool known = std::any_of(roles.begin(), roles.end(), [&name](const Role& role) { return role.name == name; });
    const bool of_staff = !row.isNull(2) && row.text(2) == "staff";
    if (!known || !of_staff) audit.violate("account " + row.text(0) + " has the role " + name);
  }
  co_return audit;
}

}  // namespace

task<Audit> StoreSql::auditEmails(store::Statements& in) {
  Audit audit("user: e-mails and names open, and accounts are found by their e-mail");
  const Rows rows = co_await in.query(kEmails, params());
  audit.checked = static_cast<std::int64_t>(rows.size());
  for (const Row& row : rows) {
    try {
      if (emailHash(accountOf(row).email) != row.text(8))
        audit.violate("account " + row.text(0) + " has the look-up hash of another e-mail");
    } catch (const Error& error) {
      audit.violate("account " + row.text(0) + ": " + error.message());
    }
  }
  co_return audit;
}

task<std::vector<Audit>> StoreSql::audit(store::Statements& in, Time now) {
  std::vector<Audit> audits = co_await store::auditRules(in, kRules, now);
  audits.push_back(co_await auditRoles(in));
  audits.push_back(co_await auditEmails(in));
  co_return audits;
}

}  // namespace kontor::user
