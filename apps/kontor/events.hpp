#pragma once

#include <string>

namespace kontor {

/// Which shop, and with whose permission.
struct ShopAccess {
  std::string shop = "http://127.0.0.1:8080";
  std::string token;  // empty: KONTOR_TOKEN
};

/// `kontor events tail`. Empty texts admit all events.
struct TailOptions {
  ShopAccess access;
  std::string topic;
  std::string type;
  std::string subject;
  std::string from;  // RFC 3339: begins there; else with what happens from now on
  bool json = false;
  bool no_follow = false;  // ends when it has shown what is there
};

/// Prints events of a running shop, one line each, as they happen. A shop that goes away is waited for. Returns the
/// exit code; throws Error when the shop cannot be reached at first, or does not allow it.
int tailEvents(const TailOptions& options);

/// `kontor events replay`.
struct ReplayOptions {
  ShopAccess access;
  std::string subject;
  std::string from;  // RFC 3339
  std::string to;
  std::string group;  // empty: all groups
  bool again = false;
};

/// Has events delivered once more and waits until they are. Returns and throws as above.
int replayEvents(const ReplayOptions& options);

}  // namespace kontor
