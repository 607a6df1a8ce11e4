#pragma once

#include <string>
#include <string_view>

#include "chassis/http/client.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class RealEnvironment;
}

namespace kontor {

/// Speaks to a running shop as its staff does: what every command of the command line that needs one goes through.
/// Used on `environment`'s first loop.
class StaffClient {
 public:
  /// `shop` is its address; `token` the staff member's, else the environment's KONTOR_TOKEN. Throws UNAUTHENTICATED
  /// when there is none; `what` ("an import") is what needs it. `environment` outlives the client.
  StaffClient(runtime::RealEnvironment& environment, const std::string& shop, const std::string& token,
              const std::string& what);

  /// Calls with the token. Throws what the shop says when it refuses (a status from 300 on), in its own words.
  task<http::Answer> send(http::Call call);

 private:
  std::string authorization_;
  http::Client client_;
};

/// Reads a contract's message out of the shop's JSON; members that a newer shop has more are passed over.
template <class Message>
Message readAnswer(std::string_view text) {
  Message message;
  const auto document = json::Document::parse(text);
  json::Reader reader(json::Unknown::kSkip);
  readJson(document.root(), message, reader);
  reader.finish();
  return message;
}

}  // namespace kontor
