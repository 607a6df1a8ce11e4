#include "services/notification/domain.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"

namespace kontor::notification {
namespace {

constexpr Duration kLongestPause = std::chrono::hours(6);
constexpr std::array<std::string_view, 3> kStates{"queued", "sent", "failed"};

// Walks a text: `plain` gets what stands between names, `name` each name.
template <class Plain, class Name>
void walk(std::string_view text, Plain plain, Name name) {
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    plain(text.substr(0, open));
    if (open == std::string_view::npos) return;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      throw Error(Code::kInternal, "BAD_TEMPLATE",
                  "the brace before \"" + std::string(text.substr(open + 1, 20)) + "\" is not closed");
    }
    name(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
}

}  // namespace

std::vector<std::string> placeholdersOf(std::string_view text) {
  std::vector<std::string> names;
  walk(
      text, [](std::string_view) {}, [&names](std::string_view name) { names.emplace_back(name); });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string render(std::string_view text, const Values& values) {
  std::string rendered;
  const auto fill = [&](std::string_view name) {
    const auto found = values.find(name);
    if (found != values.end()) {
      rendered += found->second;
      return;
    }
    std::string known;
    for (const auto& [each, _] : values) known += (known.empty() ? "" : ", ") + each;
    throw Error(Code::kInternal, "MISSING_PLACEHOLDER",
                "the text asks for {" + std::string(name) + "}, which this message does not have; it has: " + known);
  };
  walk(
      text, [&rendered](std::string_view plain) { rendered += plain; }, fill);
  return rendered;
}

std::string_view stateName(State state) { return kStates.at(static_cast<std::size_t>(state)); }

State stateNamed(std::string_view word) {
  const auto found = std::find(kStates.begin(), kStates.end(), word);
  KONTOR_ASSERT(found != kStates.end(), "a message's state is one of ours");
  return static_cast<State>(found - kStates.begin());
}

Message sent(Message message, std::string_view transport, Time now) {
  KONTOR_ASSERT(message.state == State::kQueued, "only a queued message is sent");
  message.state = State::kSent;
  message.transport = transport;
  message.failure.clear();
  message.sent_at = now;
  return message;
}

Message notSent(Message message, std::string reason, const Patience& patience, Time now) {
  KONTOR_ASSERT(message.state == State::kQueued, "only a queued message is tried");
  message.failure = std::move(reason);
  if (message.tries >= patience.tries) {
    message.state = State::kFailed;
    return message;
  }
  Duration pause = patience.pause;
  for (int i = 1; i < message.tries && pause < kLongestPause; ++i) pause *= 2;
  message.next_try_at = now + std::min(pause, kLongestPause);
  return message;
}

}  // namespace kontor::notification
