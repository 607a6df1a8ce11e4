#include "apps/kontor/staff_token.hpp"

#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"

namespace kontor {

std::string staffToken(const std::string& given, const std::string& what) {
  if (!given.empty()) return given;
  const auto variables = config::processVariables();
  const auto found = variables.find("KONTOR_TOKEN");
  if (found != variables.end() && !found->second.empty()) return found->second;
  throw Error(Code::kUnauthenticated,
              what + " needs a staff token: give --token or set KONTOR_TOKEN (POST /v1/admin/auth/login answers one)");
}

}  // namespace kontor
