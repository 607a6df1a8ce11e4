#include "services/gateway/authenticator.hpp"

#include <utility>

#include "chassis/base/error.hpp"
#include "chassis/rpc/directory.hpp"
#include "kontor/user/v1/user.kontor.hpp"

namespace kontor::gateway {
namespace {

using rpc::Principal;

class ContractAuthenticator final : public Authenticator {
 public:
  explicit ContractAuthenticator(std::shared_ptr<user::v1::Users> users) : users_(std::move(users)) {}

  task<std::optional<Principal>> authenticate(rpc::Context context, std::string token) override {
    user::v1::AuthenticateRequest request;
    request.set_token(std::move(token));
    task<user::v1::AuthenticateResponse> asking =
        users_->Authenticate(context.asService("gateway"), std::move(request));
    const user::v1::AuthenticateResponse answer = co_await asking;
    if (!answer.valid()) co_return std::nullopt;
    Principal principal;
    principal.kind = answer.kind() == "staff" ? Principal::Kind::kStaff : Principal::Kind::kCustomer;
    principal.id = answer.id();
    principal.permissions.assign(answer.permissions().begin(), answer.permissions().end());
    principal.session = answer.session();
    co_return principal;
  }

 private:
  std::shared_ptr<user::v1::Users> users_;
};

bool allowed(const rpc::Access& access, const Principal& caller) {
  const bool staff = caller.kind == Principal::Kind::kStaff;
  switch (access.rule) {
    case rpc::Access::Rule::kAnyone:
      return true;
    case rpc::Access::Rule::kCustomer:
      return caller.kind == Principal::Kind::kCustomer;
    case rpc::Access::Rule::kStaff:
      return staff;
    case rpc::Access::Rule::kPermission:
      return (staff || caller.kind == Principal::Kind::kApiKey) && caller.allows(access.permission);
    case rpc::Access::Rule::kInternal:
      return false;
  }
  return false;
}

}  // namespace

std::unique_ptr<Authenticator> contractAuthenticator(rpc::Directory& directory) {
  return std::make_unique<ContractAuthenticator>(directory.client<user::v1::Users>());
}

void requireAccess(const rpc::Access& access, const rpc::Principal& caller) {
  if (allowed(access, caller)) return;
  if (caller.kind == Principal::Kind::kAnonymous) {
    throw Error(Code::kUnauthenticated, "log in first and send the token as \"Authorization: Bearer …\"");
  }
  std::string needed = "this needs another account";
  if (access.rule == rpc::Access::Rule::kPermission)
    needed = "this needs the permission " + std::string(access.permission);
  throw Error(Code::kPermissionDenied, std::move(needed));
}

}  // namespace kontor::gateway
