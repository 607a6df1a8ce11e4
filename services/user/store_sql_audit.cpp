#include <algorithm>

#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"
#include "services/user/store_sql.hpp"

namespace kontor::user {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::size_t kMaxViolations = 20;

constexpr std::string_view kCountSessions = "SELECT COUNT(*) FROM session";
constexpr std::string_view kStraySessions =
    "SELECT session.id, session.account FROM session LEFT JOIN account "
    "ON account.id = session.account AND account.kind = session.kind "
    "WHERE account.id IS NULL OR session.expires_at <= session.created_at ORDER BY session.id LIMIT 20";
constexpr std::string_view kCountStaff = "SELECT COUNT(*) FROM account WHERE kind = 'staff'";
constexpr std::string_view kCountOwners = "SELECT COUNT(*) FROM staff_role WHERE role = 'owner'";
constexpr std::string_view kRoles =
    "SELECT staff_role.account, staff_role.role, account.kind FROM staff_role LEFT JOIN account "
    "ON account.id = staff_role.account ORDER BY staff_role.account, staff_role.role";
// The newest only: opening a sealed e-mail takes microseconds, and a shop may have millions.
constexpr std::string_view kEmails =
    "SELECT id, kind, email, name, password, version, created_at, updated_at, email_hash FROM account "
    "ORDER BY created_at DESC, id DESC LIMIT 1000";

task<std::int64_t> count(store::Statements& in, std::string_view sql) {
  const Rows rows = co_await in.query(sql, params());
  co_return rows.at(0).int64(0);
}

task<Audit> auditSessions(store::Statements& in) {
  Audit audit{"every session belongs to an account of its kind and ends after it began", 0, {}};
  audit.checked = co_await count(in, kCountSessions);
  const Rows rows = co_await in.query(kStraySessions, params());
  for (const Row& row : rows) audit.violations.push_back("session " + row.text(0) + " of account " + row.text(1));
  co_return audit;
}

task<Audit> auditRoles(store::Statements& in) {
  Audit audit{"staff have known roles, and one of them is the owner", 0, {}};
  const std::int64_t staff = co_await count(in, kCountStaff);
  const std::int64_t owners = co_await count(in, kCountOwners);
  audit.checked = staff;
  if (staff > 0 && owners == 0) audit.violations.emplace_back("there are staff, but no owner");
  const auto roles = allRoles();
  const Rows rows = co_await in.query(kRoles, params());
  for (const Row& row : rows) {
    const std::string& name = row.text(1);
    const bool known = std::any_of(roles.begin(), roles.end(), [&name](const Role& role) { return role.name == name; });
    const bool of_staff = !row.isNull(2) && row.text(2) == "staff";
    if ((known && of_staff) || audit.violations.size() >= kMaxViolations) continue;
    audit.violations.push_back("account " + row.text(0) + " has the role " + name);
  }
  co_return audit;
}

}  // namespace

task<Audit> StoreSql::auditEmails(store::Statements& in) {
  Audit audit{"e-mails and names open, and accounts are found by their e-mail", 0, {}};
  const Rows rows = co_await in.query(kEmails, params());
  audit.checked = static_cast<std::int64_t>(rows.size());
  for (const Row& row : rows) {
    if (audit.violations.size() >= kMaxViolations) break;
    try {
      if (emailHash(accountOf(row).email) == row.text(8)) continue;
      audit.violations.push_back("account " + row.text(0) + " has the look-up hash of another e-mail");
    } catch (const Error& error) {
      audit.violations.push_back("account " + row.text(0) + ": " + error.message());
    }
  }
  co_return audit;
}

task<std::vector<Audit>> StoreSql::audit(store::Statements& in) {
  Audit sessions = co_await auditSessions(in);
  Audit roles = co_await auditRoles(in);
  Audit emails = co_await auditEmails(in);
  std::vector<Audit> audits;
  audits.push_back(std::move(sessions));
  audits.push_back(std::move(roles));
  audits.push_back(std::move(emails));
  co_return audits;
}

}  // namespace kontor::user
