// Logins, sessions and passwords: the second half of Handlers.
#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/passwords.hpp"
#include "chassis/security/tokens.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/sql.hpp"
#include "services/user/handlers.hpp"
#include "services/user/store.hpp"

namespace kontor::user {
namespace {

// The same for an unknown account and for a wrong password: an answer must not tell which accounts there are.
Error wrongCredentials() {
  return Error(Code::kUnauthenticated, "INVALID_CREDENTIALS", "e-mail and password do not fit together");
}

Error tooManyAttempts(Duration wait) {
  const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return Error(Code::kResourceExhausted, "TOO_MANY_ATTEMPTS",
               "too many attempts to log in to this account from your address: wait " + std::to_string(seconds) +
                   " seconds")
      .withDetail("retryAfter", seconds);
}

std::string attemptOf(AccountKind kind, const std::string& email, const std::string& peer) {
  return std::string(kindName(kind)) + "\n" + email + "\n" + peer;
}

}  // namespace

Session Handlers::newSession(std::string account, AccountKind kind, const std::string& token) const {
  Session session;
  session.id = parts_.environment.newId("sid_");
  session.token_hash = security::tokenHash(token);
  session.account = std::move(account);
  session.kind = kind;
  session.created_at = parts_.environment.clock().now();
  session.last_seen_at = session.created_at;
  session.expires_at = session.created_at + rules_.lifeOf(kind).absolute;
  return session;
}

task<void> Handlers::requireAttempt(rpc::Context context, std::string who) {
  auto body = [store = parts_.store, who, window = rules_.attempts.window](store::Transaction& in) {
    return store->countAttempt(in, who, window);
  };
  const Attempts attempts = co_await parts_.database->transact(std::move(context), std::move(body));
  const Duration wait = waitAfter(attempts, rules_.attempts, parts_.environment.clock().now());
  if (wait > Duration(0)) throw tooManyAttempts(wait);
}

task<v1::LoginResponse> Handlers::login(rpc::Context context, v1::LoginRequest request, AccountKind kind) {
  const std::string email = normalEmail(request.email());
  const std::string who = attemptOf(kind, email, request.peer());
  task<void> admission = requireAttempt(context, who);
  co_await admission;

  auto read = [store = parts_.store, kind, email](store::Statements& in) {
    return store->findCredentials(in, kind, email);
  };
  const std::optional<Credentials> found = co_await parts_.database->snapshot(std::move(read));
  // An unknown account has an empty hash, which fits no password after the same work.
  const Credentials known = found.value_or(Credentials{});
  const bool fits = co_await parts_.passwords->verify(request.password(), known.password);
  if (!fits) throw wrongCredentials();
  std::string hash = known.password;
  if (parts_.passwords->needsRehash(hash)) hash = co_await parts_.passwords->hash(request.password());

  const std::string token = parts_.environment.newSecret("ses_");
  const Session session = newSession(known.account, kind, token);
  auto body = [store = parts_.store, known, hash, session, who](store::Transaction& in) -> task<bool> {
    if (hash != known.password) co_await store->replacePassword(in, known.account, known.password, hash);
    const bool added = co_await store->addSession(in, session, hash);
    if (added) co_await store->forgetAttempts(in, who);
    co_return added;
  };
  const bool added = co_await parts_.database->transact(std::move(context), std::move(body));
  if (!added) throw wrongCredentials();
  v1::LoginResponse response;
  response.set_token(token);
  *response.mutable_expires_at() = toTimestamp(session.expires_at);
  co_return response;
}

task<v1::LoginResponse> Handlers::LoginCustomer(rpc::Context context, v1::LoginRequest request) {
  return login(std::move(context), std::move(request), AccountKind::kCustomer);
}

task<v1::LoginResponse> Handlers::LoginStaff(rpc::Context context, v1::LoginRequest request) {
  return login(std::move(context), std::move(request), AccountKind::kStaff);
}

// Ending a session that has ended is a success: the call may be repeated.
task<void> Handlers::logout(rpc::Context context) {
  auto body = [store = parts_.store, session = context.principal().session](store::Transaction& in) {
    return store->endSession(in, session);
  };
  co_await parts_.database->transact(std::move(context), std::move(body));
}

task<v1::LogoutResponse> Handlers::LogoutCustomer(rpc::Context context, v1::LogoutRequest) {
  co_await logout(std::move(context));
  co_return v1::LogoutResponse();
}

task<v1::LogoutResponse> Handlers::LogoutStaff(rpc::Context context, v1::LogoutRequest) {
  co_await logout(std::move(context));
  co_return v1::LogoutResponse();
}

task<v1::ChangePasswordResponse> Handlers::ChangeStaffPassword(rpc::Context context,
                                                               v1::ChangePasswordRequest request) {
  // The present password of a repeat is not the present one any more.
  const auto first = co_await store::firstAnswer<v1::ChangePasswordResponse>(*parts_.database, context);
  if (first) co_return *first;
  security::requireGoodPassword(request.new_password(), "newPassword");
  const Account me = co_await account(AccountKind::kStaff, context.principal().id);
  // A stolen session must not become a way to guess the password without limit.
  const std::string who = attemptOf(AccountKind::kStaff, me.id, "change");
  task<void> admission = requireAttempt(context, who);
  co_await admission;
  const bool fits = co_await parts_.passwords->verify(request.current_password(), me.password);
  if (!fits) throw invalidField("currentPassword", "WRONG_PASSWORD", "this is not the present password");
  const std::string hash = co_await parts_.passwords->hash(request.new_password());

  auto body = [store = parts_.store, context, me, hash, who](store::Transaction& in) -> task<void> {
    auto effect = [&]() -> task<v1::ChangePasswordResponse> {
      const bool replaced = co_await store->replacePassword(in, me.id, me.password, hash);
      if (!replaced) throw Error(Code::kAborted, "CONFLICT", "the password was changed at the same moment: try again");
      co_await store->endSessions(in, me.id, context.principal().session);
      co_await store->forgetAttempts(in, who);
      co_return v1::ChangePasswordResponse();
    };
    co_await store::answered<v1::ChangePasswordResponse>(in, context, effect, effect);
  };
  co_await parts_.database->transact(context, std::move(body));
  co_return v1::ChangePasswordResponse();
}

task<v1::AuthenticateResponse> Handlers::Authenticate(rpc::Context, v1::AuthenticateRequest request) {
  // Read each time, from the store: a logout counts at once, everywhere.
  auto read = [store = parts_.store, hash = security::tokenHash(request.token())](
                  store::Statements& in) -> task<std::optional<std::pair<Session, std::vector<std::string>>>> {
    std::optional<Session> session = co_await store->findSession(in, hash);
    if (!session) co_return std::nullopt;
    std::vector<std::string> roles;
    if (session->kind == AccountKind::kStaff) roles = co_await store->rolesOf(in, session->account);
    co_return std::pair(std::move(*session), std::move(roles));
  };
  const auto found = co_await parts_.database->snapshot(std::move(read));
  v1::AuthenticateResponse response;
  if (!found) co_return response;
  const Session& session = found->first;
  const Time now = parts_.environment.clock().now();
  const SessionLife& life = rules_.lifeOf(session.kind);
  if (!alive(session, life, now)) co_return response;
  if (worthNoting(session, life, now)) co_await noteUse(session);
  response.set_valid(true);
  response.set_kind(std::string(kindName(session.kind)));
  response.set_id(session.account);
  for (std::string& permission : permissionsOf(found->second)) response.add_permissions(std::move(permission));
  response.set_session(session.id);
  co_return response;
}

// A store that takes no writes for the moment must not log everybody out.
task<void> Handlers::noteUse(Session session) {
  auto body = [store = parts_.store, id = session.id, now = parts_.environment.clock().now()](store::Transaction& in) {
    return store->noteUse(in, id, now);
  };
  try {
    co_await parts_.database->transact(rpc::Context::forService("user"), std::move(body));
  } catch (const Error& error) {
    parts_.log.warn("the use of a session could not be noted",
                    {{"session.id", session.id}, {"error.code", error.reason()}});
  }
}

}  // namespace kontor::user
