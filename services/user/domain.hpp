#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"

namespace kontor::user {

enum class AccountKind : std::uint8_t { kCustomer, kStaff };

/// "customer" or "staff": how stores and other services name the kind.
std::string_view kindName(AccountKind kind);
/// The kind behind a stored name; asserts that it is one.
AccountKind kindNamed(std::string_view name);

/// Somebody who may log in. E-mail and name are personal data: sealed where they are stored, never logged.
struct Account {
  std::string id;  // "cus_…" or "usr_…"
  AccountKind kind = AccountKind::kCustomer;
  std::string email;
  std::string name;
  std::string password;            // an Argon2id hash
  std::vector<std::string> roles;  // of staff, sorted
  std::int64_t version = 1;
  Time created_at{};
  Time updated_at{};
};

/// A login that still counts. Its token is kept by the caller alone.
struct Session {
  std::string id;  // names the session; does not open it
  std::string token_hash;
  std::string account;
  AccountKind kind = AccountKind::kCustomer;
  Time created_at{};
  Time last_seen_at{};
  Time expires_at{};
};

/// How long a session of one kind lasts.
struct SessionLife {
  Duration idle{};      // since it was last used
  Duration absolute{};  // since the login
};

/// How many attempts one address may make on one account, and for how long they count.
struct AttemptLimit {
  std::int64_t count = 5;
  Duration window = std::chrono::minutes(15);
};

/// Attempts made in the present window.
struct Attempts {
  std::int64_t count = 0;
  Time since{};
};

/// An address as accounts are found by it: without surrounding spaces, ASCII letters in lower case.
std::string normalEmail(std::string_view email);
/// Throws INVALID_ARGUMENT on "email" unless a normal address has one @ with something on both sides and no spaces.
void requireEmail(const std::string& email);

/// Whether a session still counts at `now`.
bool alive(const Session& session, const SessionLife& life, Time now);
/// Whether the use of a session should be written down: not each time, or every read would become a write.
bool worthNoting(const Session& session, const SessionLife& life, Time now);

/// How long a caller must wait before the next attempt; zero when it may try. Attempts count before their outcome is
/// known, so that many at once cannot slip through.
Duration waitAfter(const Attempts& attempts, const AttemptLimit& limit, Time now);

/// A role of staff: its name and its permissions, separated by spaces.
struct Role {
  std::string_view name;
  std::string_view permissions;
};
/// "owner" first; every role of this version.
std::span<const Role> allRoles();
/// What the roles permit together, sorted, each once; "*" alone when it is among them. Unknown roles permit nothing.
std::vector<std::string> permissionsOf(std::span<const std::string> roles);
/// Whether somebody with `permissions` may give `role` to another: nobody gives away more than they have.
bool mayGrant(std::span<const std::string> permissions, std::string_view role);
/// Throws INVALID_ARGUMENT on "roles" when one of them is unknown.
void requireRoles(std::span<const std::string> roles);

}  // namespace kontor::user
