#include "services/user/store_sql.hpp"

#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::user {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kAdd =
    "INSERT INTO account (id, kind, email, email_hash, name, password, version, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) ON CONFLICT (kind, email_hash) DO NOTHING";
constexpr std::string_view kAddRole = "INSERT INTO staff_role (account, role) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr std::string_view kFind =
    "SELECT id, kind, email, name, password, version, created_at, updated_at FROM account WHERE id = $1 AND kind = $2";
constexpr std::string_view kCredentials = "SELECT id, password FROM account WHERE kind = $1 AND email_hash = $2";
constexpr std::string_view kReplacePassword =
    "UPDATE account SET password = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND password = $2";
constexpr std::string_view kListStaff =
    "SELECT id, kind, email, name, password, version, created_at, updated_at FROM account "
    "WHERE kind = 'staff' AND id > $1 ORDER BY id LIMIT $2";
constexpr std::string_view kAnyStaff = "SELECT id FROM account WHERE kind = 'staff' LIMIT 1";
constexpr std::string_view kRoles = "SELECT role FROM staff_role WHERE account = $1 ORDER BY role";

std::string emailPlace(std::string_view id) { return "user.email:" + std::string(id); }
std::string namePlace(std::string_view id) { return "user.name:" + std::string(id); }

}  // namespace

std::string StoreSql::emailHash(std::string_view email) const { return sealer_.lookup(email, "user.email"); }

Account StoreSql::accountOf(const Row& row) const {
  Account account;
  account.id = row.text(0);
  account.kind = kindNamed(row.text(1));
  account.email = sealer_.open(row.bytes(2), emailPlace(account.id));
  account.name = sealer_.open(row.bytes(3), namePlace(account.id));
  account.password = row.text(4);
  account.version = row.int64(5);
  account.created_at = row.time(6);
  account.updated_at = row.time(7);
  return account;
}

task<bool> StoreSql::addAccount(store::Transaction& in, const Account& account) {
  store::Bytes email{sealer_.seal(account.email, emailPlace(account.id))};
  store::Bytes name{sealer_.seal(account.name, namePlace(account.id))};
  store::Params values = params(account.id, kindName(account.kind), std::move(email), emailHash(account.email),
                                std::move(name), account.password, in.now());
  const std::int64_t added = co_await in.execute(kAdd, std::move(values));
  if (added == 0) co_return false;
  for (const std::string& role : account.roles) co_await in.execute(kAddRole, params(account.id, role));
  co_return true;
}

task<std::optional<Account>> StoreSql::findAccount(store::Statements& in, AccountKind kind, std::string id) {
  const Rows rows = co_await in.query(kFind, params(std::move(id), kindName(kind)));
  if (rows.empty()) co_return std::nullopt;
  Account account = accountOf(rows.front());
  account.roles = co_await rolesOf(in, account.id);
  co_return account;
}

task<std::optional<Credentials>> StoreSql::findCredentials(store::Statements& in, AccountKind kind, std::string email) {
  const Rows rows = co_await in.query(kCredentials, params(kindName(kind), emailHash(email)));
  if (rows.empty()) co_return std::nullopt;
  co_return Credentials{rows.front().text(0), rows.front().text(1)};
}

task<bool> StoreSql::replacePassword(store::Transaction& in, std::string account, std::string old,
                                     std::string password) {
  store::Params values = params(std::move(account), std::move(old), std::move(password), in.now());
  const std::int64_t replaced = co_await in.execute(kReplacePassword, std::move(values));
  co_return replaced == 1;
}

task<std::vector<Account>> StoreSql::listStaff(store::Statements& in, std::string after, std::int64_t limit) {
  const Rows rows = co_await in.query(kListStaff, params(std::move(after), limit));
  std::vector<Account> staff;
  for (const Row& row : rows) {
    staff.push_back(accountOf(row));
    staff.back().roles = co_await rolesOf(in, staff.back().id);
  }
  co_return staff;
}

task<bool> StoreSql::anyStaff(store::Statements& in) {
  const Rows rows = co_await in.query(kAnyStaff, params());
  co_return !rows.empty();
}

task<std::vector<std::string>> StoreSql::rolesOf(store::Statements& in, std::string account) {
  const Rows rows = co_await in.query(kRoles, params(std::move(account)));
  std::vector<std::string> roles;
  for (const Row& row : rows) roles.push_back(row.text(0));
  co_return roles;
}

}  // namespace kontor::user
