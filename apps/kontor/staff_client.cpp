#include "apps/kontor/staff_client.hpp"

#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/http/problem.hpp"
#include "chassis/runtime/loop.hpp"
#include "chassis/runtime/real_environment.hpp"

namespace kontor {
namespace {

std::string staffToken(const std::string& given, const std::string& what) {
  if (!given.empty()) return given;
  const auto variables = config::processVariables();
  const auto found = variables.find("KONTOR_TOKEN");
  if (found != variables.end() && !found->second.empty()) return found->second;
  throw Error(Code::kUnauthenticated,
              what + " needs a staff token: give --token or set KONTOR_TOKEN (POST /v1/admin/auth/login answers one)");
}

}  // namespace

StaffClient::StaffClient(runtime::RealEnvironment& environment, const std::string& shop, const std::string& token,
                         const std::string& what)
    : authorization_("Bearer " + staffToken(token, what)), client_(*environment.loops().front(), shop) {}

task<http::Answer> StaffClient::send(http::Call call) {
  call.headers.emplace_back("Authorization", authorization_);
  http::Answer answer = co_await client_.send(std::move(call));
  if (answer.status == 401)
    throw Error(Code::kUnauthenticated, "the shop does not accept the token: log in again and give the new one");
  if (answer.status >= 300) throw http::errorFromProblem(answer.status, answer.body);
  co_return answer;
}

}  // namespace kontor
