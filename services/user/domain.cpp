#include "services/user/domain.hpp"

#include <algorithm>
#include <array>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::user {
namespace {

// Every permission but "*" is given to at least one role here: a contract that asks for another is open to owners only.
constexpr std::array<Role, 8> kRoles{{
    {"owner", "*"},
    {"admin",
     "product:read product:write product:delete promotion:read promotion:write promotion:delete "
     "inventory:read inventory:write inventory:delete order:read order:write order:delete order:note "
     "return:read return:write payment:read payment:capture payment:refund shipping:read shipping:write "
     "shipping:delete region:read region:write region:delete customer:read customer:write customer:delete "
     "staff:read staff:write staff:delete api-key:read api-key:write api-key:delete webhook:read webhook:write "
     "webhook:delete template:read template:write template:delete event:read event:replay message:read invariant:read "
     "insight:read"},
    {"catalog-manager",
     "product:read product:write product:delete promotion:read promotion:write promotion:delete inventory:read "
     "region:read"},
    {"inventory-manager", "inventory:read inventory:write inventory:delete product:read order:read"},
    {"order-manager",
     "order:read order:write order:note return:read return:write payment:read payment:capture product:read "
     "inventory:read customer:read customer:write shipping:read region:read message:read"},
    {"support",
     "order:read order:note return:read return:write payment:read product:read inventory:read customer:read "
     "message:read"},
    {"finance", "order:read payment:read payment:capture payment:refund customer:read invariant:read insight:read"},
    {"viewer",
     "product:read promotion:read inventory:read order:read return:read payment:read shipping:read region:read "
     "insight:read"},
}};

// Uses of a session within this time of each other are noted once.
constexpr Duration kNoteEvery = std::chrono::minutes(1);

const Role* find(std::string_view name) {
  const auto* found =
      std::find_if(kRoles.begin(), kRoles.end(), [name](const Role& role) { return role.name == name; });
  return found == kRoles.end() ? nullptr : found;
}

void split(std::string_view words, std::vector<std::string>& into) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    into.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::string_view kindName(AccountKind kind) { return kind == AccountKind::kStaff ? "staff" : "customer"; }

AccountKind kindNamed(std::string_view name) {
  KONTOR_ASSERT(name == "staff" || name == "customer", "an account is a customer's or of staff");
  return name == "staff" ? AccountKind::kStaff : AccountKind::kCustomer;
}

std::string normalEmail(std::string_view email) {
  while (!email.empty() && isBlank(email.front())) email.remove_prefix(1);
  while (!email.empty() && isBlank(email.back())) email.remove_suffix(1);
  std::string out(email);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

void requireEmail(const std::string& email) {
  const std::size_t at = email.find('@');
  const bool sound = at != std::string::npos && at > 0 && at + 1 < email.size() &&
                     email.find('@', at + 1) == std::string::npos &&
                     std::none_of(email.begin(), email.end(), [](char c) { return isBlank(c) || c == '\0'; });
  // The address itself stays out of the message: it is personal data.
  if (!sound) throw invalidField("email", "INVALID_EMAIL", "an e-mail address such as ann@example.org is expected");
}

bool alive(const Session& session, const SessionLife& life, Time now) {
  return now < session.expires_at && now - session.last_seen_at < life.idle;
}

bool worthNoting(const Session& session, const SessionLife& life, Time now) {
  return now - session.last_seen_at >= std::min(kNoteEvery, life.idle / 4);
}

Duration waitAfter(const Attempts& attempts, const AttemptLimit& limit, Time now) {
  if (attempts.count <= limit.count) return Duration(0);
  return std::max(attempts.since + limit.window - now, Duration(1));
}

std::span<const Role> allRoles() { return kRoles; }

std::vector<std::string> permissionsOf(std::span<const std::string> roles) {
  std::vector<std::string> all;
  for (const std::string& name : roles) {
    if (const Role* role = find(name)) split(role->permissions, all);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (std::binary_search(all.begin(), all.end(), "*")) return {"*"};
  return all;
}

bool mayGrant(std::span<const std::string> permissions, std::string_view role) {
  const auto holds = [permissions](const std::string& wanted) {
    return std::find(permissions.begin(), permissions.end(), wanted) != permissions.end();
  };
  if (holds("*")) return true;
  const std::string name(role);
  const std::vector<std::string> needed = permissionsOf({&name, 1});
  return std::all_of(needed.begin(), needed.end(), holds);
}

void requireRoles(std::span<const std::string> roles) {
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (find(roles[i])) continue;
    std::string known;
    for (const Role& role : kRoles) known += (known.empty() ? "" : ", ") + std::string(role.name);
    throw invalidField("roles[" + std::to_string(i) + "]", "UNKNOWN_ROLE",
                       "there is no role \"" + roles[i] + "\"; the roles are " + known);
  }
}

}  // namespace kontor::user
