#include "services/user/handlers.hpp"

#include <algorithm>

#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/passwords.hpp"
#include "chassis/security/tokens.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/page.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/user/v1/events.kontor.hpp"
#include "services/user/invariants.hpp"
#include "services/user/store.hpp"

namespace kontor::user {
namespace {

constexpr std::string_view kStaffList = "user.staff";
constexpr std::string_view kCustomerId = "cus_";
constexpr std::string_view kStaffId = "usr_";

Error emailTaken() {
  return Error(Code::kAlreadyExists, "EMAIL_TAKEN", "there is an account with this e-mail already: log in instead");
}

v1::Staff staffMessage(const Account& account) {
  v1::Staff staff;
  staff.set_id(account.id);
  staff.set_email(account.email);
  staff.set_name(account.name);
  for (const std::string& role : account.roles) staff.add_roles(role);
  for (std::string& permission : permissionsOf(account.roles)) staff.add_permissions(std::move(permission));
  staff.set_version(account.version);
  *staff.mutable_created_at() = toTimestamp(account.created_at);
  *staff.mutable_updated_at() = toTimestamp(account.updated_at);
  return staff;
}

// Nobody hands out more than they have; other services of the shop act for an owner.
void requireGrants(const rpc::Principal& caller, std::span<const std::string> roles) {
  if (caller.kind == rpc::Principal::Kind::kService) return;
  for (const std::string& role : roles) {
    if (mayGrant(caller.permissions, role)) continue;
    throw Error(Code::kPermissionDenied, "ROLE_TOO_POWERFUL",
                "the role \"" + role + "\" permits more than you may do yourself: ask the owner to give it");
  }
}

// 100 random bits in four groups, to be copied by hand once.
std::string readablePassword(const std::string& secret) {
  std::string out;
  for (std::size_t i = 0; i < 20; ++i) {
    if (i > 0 && i % 5 == 0) out.push_back('-');
    out.push_back(secret[i]);
  }
  return out;
}

v1::Customer customerMessage(const Account& account) {
  v1::Customer customer;
  customer.set_id(account.id);
  customer.set_email(account.email);
  customer.set_name(account.name);
  customer.set_version(account.version);
  *customer.mutable_created_at() = toTimestamp(account.created_at);
  *customer.mutable_updated_at() = toTimestamp(account.updated_at);
  return customer;
}

}  // namespace

Handlers::Handlers(Parts parts, Rules rules) : parts_(std::move(parts)), rules_(rules) {}
Handlers::~Handlers() = default;

task<v1::LoginResponse> Handlers::Register(rpc::Context context, v1::RegisterRequest request) {
  Account account;
  account.kind = AccountKind::kCustomer;
  account.email = normalEmail(request.email());
  requireEmail(account.email);
  security::requireGoodPassword(request.password(), "password");
  account.id = parts_.environment.newId(kCustomerId);
  account.name = request.name();
  account.password = co_await parts_.passwords->hash(request.password());

  const std::string token = parts_.environment.newSecret("ses_");
  const Session session = newSession(account.id, account.kind, token);
  auto body = [this, context, account, session, token](store::Transaction& in) -> task<v1::LoginResponse> {
    auto effect = [&]() -> task<v1::LoginResponse> {
      const bool added = co_await parts_.store->addAccount(in, account);
      if (!added) throw emailTaken();
      co_await parts_.store->addSession(in, session, account.password);
      v1::CustomerRegistered event;
      event.set_customer_id(account.id);
      store::Event registered = v1::makeEvent(event);
      co_await in.emit(std::move(registered));
      v1::LoginResponse response;
      response.set_token(token);
      *response.mutable_expires_at() = toTimestamp(session.expires_at);
      co_return response;
    };
    // An answer of this kind is always small enough to be kept.
    task<v1::LoginResponse> work = store::answered<v1::LoginResponse>(in, context, effect, effect);
    v1::LoginResponse answer = co_await work;
    co_return answer;
  };
  v1::LoginResponse answer = co_await parts_.database->transact(context, std::move(body));
  co_return answer;
}

task<Account> Handlers::account(AccountKind kind, std::string id) {
  auto read = [store = parts_.store, kind, id](store::Statements& in) { return store->findAccount(in, kind, id); };
  std::optional<Account> found = co_await parts_.database->snapshot(std::move(read));
  if (!found) throw notFound(kindName(kind), id);
  co_return std::move(*found);
}

task<v1::Customer> Handlers::GetMe(rpc::Context context, v1::GetMeRequest) {
  const Account me = co_await account(AccountKind::kCustomer, context.principal().id);
  co_return customerMessage(me);
}

task<v1::Customer> Handlers::GetCustomer(rpc::Context, v1::GetCustomerRequest request) {
  const Account customer = co_await account(AccountKind::kCustomer, request.id());
  co_return customerMessage(customer);
}

task<v1::Staff> Handlers::GetStaffMe(rpc::Context context, v1::GetStaffMeRequest) {
  const Account me = co_await account(AccountKind::kStaff, context.principal().id);
  co_return staffMessage(me);
}

task<v1::ListStaffResponse> Handlers::ListStaff(rpc::Context, v1::ListStaffRequest request) {
  const std::int64_t size = store::pageSize(request.page_size());
  const std::string after = store::pageCursor(parts_.sealer, kStaffList, request.page_token());
  // One more than the page holds tells whether there is another page.
  auto read = [store = parts_.store, after, size](store::Statements& in) {
    return store->listStaff(in, after, size + 1);
  };
  std::vector<Account> staff = co_await parts_.database->snapshot(std::move(read));
  v1::ListStaffResponse response;
  if (static_cast<std::int64_t>(staff.size()) > size) {
    staff.pop_back();
    response.set_next_page_token(store::pageToken(parts_.sealer, kStaffList, staff.back().id));
  }
  for (const Account& member : staff) *response.add_staff() = staffMessage(member);
  co_return response;
}

task<v1::Staff> Handlers::CreateStaff(rpc::Context context, v1::CreateStaffRequest request) {
  Account account;
  account.kind = AccountKind::kStaff;
  account.email = normalEmail(request.email());
  requireEmail(account.email);
  account.roles.assign(request.roles().begin(), request.roles().end());
  std::sort(account.roles.begin(), account.roles.end());
  account.roles.erase(std::unique(account.roles.begin(), account.roles.end()), account.roles.end());
  requireRoles(account.roles);
  requireGrants(context.principal(), account.roles);
  security::requireGoodPassword(request.password(), "password");
  account.id = parts_.environment.newId(kStaffId);
  account.name = request.name();
  account.password = co_await parts_.passwords->hash(request.password());

  auto body = [store = parts_.store, context, account](store::Transaction& in) -> task<v1::Staff> {
    auto effect = [&in, &store, &account]() -> task<v1::Staff> {
      const bool added = co_await store->addAccount(in, account);
      if (!added) throw emailTaken();
      const auto made = co_await store->findAccount(in, AccountKind::kStaff, account.id);
      co_return staffMessage(made.value());
    };
    // An answer of this kind is always small enough to be kept.
    task<v1::Staff> work = store::answered<v1::Staff>(in, context, effect, effect);
    v1::Staff answer = co_await work;
    co_return answer;
  };
  v1::Staff answer = co_await parts_.database->transact(context, std::move(body));
  co_return answer;
}

task<v1::EnsureOwnerResponse> Handlers::EnsureOwner(rpc::Context context, v1::EnsureOwnerRequest request) {
  v1::EnsureOwnerResponse response;
  auto look = [store = parts_.store](store::Statements& in) { return store->anyStaff(in); };
  const bool present = co_await parts_.database->snapshot(std::move(look));
  if (present) co_return response;

  Account owner;
  owner.kind = AccountKind::kStaff;
  owner.email = normalEmail(request.email());
  requireEmail(owner.email);
  owner.name = "Owner";
  owner.roles = {"owner"};
  owner.id = parts_.environment.newId(kStaffId);
  const std::string password = readablePassword(parts_.environment.newSecret(""));
  owner.password = co_await parts_.passwords->hash(password);

  auto body = [store = parts_.store, owner](store::Transaction& in) -> task<bool> {
    const bool taken = co_await store->anyStaff(in);
    if (taken) co_return false;
    const bool added = co_await store->addAccount(in, owner);
    co_return added;
  };
  const bool created = co_await parts_.database->transact(std::move(context), std::move(body));
  response.set_created(created);
  if (created) response.set_password(password);
  co_return response;
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  return checkInvariants(*parts_.database, *parts_.store, parts_.sealer, toTime(request.as_of()));
}

}  // namespace kontor::user
