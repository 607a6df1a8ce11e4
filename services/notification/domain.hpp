#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"

namespace kontor::notification {

/// What stands for the names in a text.
using Values = std::map<std::string, std::string, std::less<>>;

/// The text of one kind of message in one language: plain data with named places, "{number}".
struct Template {
  std::string_view kind;    // the event's type: "order.confirmed"
  std::string_view locale;  // "en"
  std::string_view subject;
  std::string_view text;
};

/// The names that stand in braces, sorted, each once. Throws INTERNAL "BAD_TEMPLATE" for a brace that is not closed.
std::vector<std::string> placeholdersOf(std::string_view text);
/// Puts the values into their places; a value is never looked into for further names. Throws INTERNAL
/// "MISSING_PLACEHOLDER", which names the missing one, and "BAD_TEMPLATE".
std::string render(std::string_view text, const Values& values);

enum class State : std::uint8_t { kQueued, kSent, kFailed };
/// "queued", "sent", "failed".
std::string_view stateName(State state);
/// Asserts that the word is one of ours.
State stateNamed(std::string_view word);

/// A text for one shopper, made of one event.
struct Message {
  std::string id;
  std::string event_id;
  std::string kind;
  std::string order_id;  // empty when it is about no order
  std::string order_number;
  std::string to;  // personal: an e-mail address
  std::string locale;
  std::string subject;
  std::string text;
  State state = State::kQueued;
  int tries = 0;
  std::string failure;
  std::string transport;
  std::int64_t position = 0;  // given by the store: messages go out in this order
  Time next_try_at;
  Time created_at;
  Time sent_at;
};

/// How often and after what waits a message is tried.
struct Patience {
  int tries;
  Duration pause;  // after the first failure; twice as long after each further one, up to 6 h
};

/// The message after it was handed to `transport`. Asserts that it was queued.
Message sent(Message message, std::string_view transport, Time now);
/// The message after a try that failed: queued until its next try, or given up. Asserts that it was queued.
Message notSent(Message message, std::string reason, const Patience& patience, Time now);

}  // namespace kontor::notification
