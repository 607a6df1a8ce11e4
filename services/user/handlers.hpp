#pragma once

#include <memory>

#include "chassis/telemetry/log.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/user/domain.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Passwords;
class Sealer;
}  // namespace kontor::security
namespace kontor::store {
class SqlStore;
class Transaction;
}  // namespace kontor::store

namespace kontor::user {

class Store;

/// What the settings decide.
struct Rules {
  SessionLife customer;
  SessionLife staff;
  AttemptLimit attempts;

  const SessionLife& lifeOf(AccountKind kind) const { return kind == AccountKind::kStaff ? staff : customer; }
};

/// What the handlers are made of; all of it outlives them.
struct Parts {
  runtime::Environment& environment;
  std::shared_ptr<store::SqlStore> database;
  std::shared_ptr<Store> store;
  std::shared_ptr<security::Passwords> passwords;
  const security::Sealer& sealer;
  telemetry::Log log;
};

/// The contract of user over its store: accounts in handlers.cpp, logins and sessions in handlers_session.cpp.
/// Thread-safe.
class Handlers final : public v1::Users {
 public:
  Handlers(Parts parts, Rules rules);
  ~Handlers() override;

  task<v1::LoginResponse> Register(rpc::Context context, v1::RegisterRequest request) override;
  task<v1::LoginResponse> LoginCustomer(rpc::Context context, v1::LoginRequest request) override;
  task<v1::LoginResponse> LoginStaff(rpc::Context context, v1::LoginRequest request) override;
  task<v1::LogoutResponse> LogoutCustomer(rpc::Context context, v1::LogoutRequest request) override;
  task<v1::LogoutResponse> LogoutStaff(rpc::Context context, v1::LogoutRequest request) override;
  task<v1::Customer> GetMe(rpc::Context context, v1::GetMeRequest request) override;
  task<v1::Customer> GetCustomer(rpc::Context context, v1::GetCustomerRequest request) override;
  task<v1::Staff> GetStaffMe(rpc::Context context, v1::GetStaffMeRequest request) override;
  task<v1::ChangePasswordResponse> ChangeStaffPassword(rpc::Context context,
                                                       v1::ChangePasswordRequest request) override;
  task<v1::ListStaffResponse> ListStaff(rpc::Context context, v1::ListStaffRequest request) override;
  task<v1::Staff> CreateStaff(rpc::Context context, v1::CreateStaffRequest request) override;
  task<v1::AuthenticateResponse> Authenticate(rpc::Context context, v1::AuthenticateRequest request) override;
  task<v1::EnsureOwnerResponse> EnsureOwner(rpc::Context context, v1::EnsureOwnerRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;

 private:
  task<v1::LoginResponse> login(rpc::Context context, v1::LoginRequest request, AccountKind kind);
  task<void> logout(rpc::Context context);
  task<void> requireAttempt(rpc::Context context, std::string who);
  task<void> noteUse(Session session);
  Session newSession(std::string account, AccountKind kind, const std::string& token) const;
  task<Account> account(AccountKind kind, std::string id);

  Parts parts_;
  Rules rules_;
};

}  // namespace kontor::user
