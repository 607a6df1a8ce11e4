#include "services/notification/messages.hpp"

#include <array>

#include "chassis/base/assert.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/json/wellknown.hpp"

namespace kontor::notification {
namespace {

// In the order of State.
constexpr std::array<v1::Message::State, 3> kStates{v1::Message::STATE_QUEUED, v1::Message::STATE_SENT,
                                                    v1::Message::STATE_FAILED};

}  // namespace

v1::Event messageOf(const store::StoredEvent& stored) {
  v1::Event event;
  event.set_id(stored.id);
  event.set_topic(stored.event.topic);
  event.set_type(stored.event.type);
  event.set_source(stored.source);
  event.set_subject(stored.event.subject);
  *event.mutable_time() = toTimestamp(stored.time);
  event.set_sequence(stored.sequence);
  event.set_dataschema(stored.event.schema);
  event.set_traceparent(stored.traceparent);
  event.set_data(stored.event.data);
  return event;
}

v1::Event messageOf(const bus::LoggedEvent& logged) {
  v1::Event event = messageOf(logged.event);
  event.set_position(logged.position);
  return event;
}

v1::Replay messageOf(const bus::Replay& replay) {
  v1::Replay message;
  message.set_id(replay.request.id);
  const bool again = replay.request.mode == bus::ReplayMode::kAgain;
  message.set_mode(again ? v1::REPLAY_MODE_AGAIN : v1::REPLAY_MODE_REDELIVER);
  for (const std::string& group : replay.groups) message.add_groups(group);
  message.set_running(replay.running);
  message.set_delivered(replay.delivered);
  *message.mutable_created_at() = toTimestamp(replay.created_at);
  return message;
}

v1::DeadLetter messageOf(const bus::DeadLetter& letter) {
  v1::DeadLetter message;
  message.set_id(letterId(letter.group, letter.event.id));
  message.set_group(letter.group);
  *message.mutable_event() = messageOf(letter.event);
  message.set_reason(letter.reason);
  message.set_attempts(letter.attempts);
  *message.mutable_set_aside_at() = toTimestamp(letter.set_aside_at);
  message.set_retrying(letter.retrying);
  return message;
}

v1::Message messageOf(const Message& message) {
  v1::Message answer;
  answer.set_id(message.id);
  answer.set_kind(message.kind);
  answer.set_order_id(message.order_id);
  answer.set_order_number(message.order_number);
  answer.set_to(message.to);
  answer.set_locale(message.locale);
  answer.set_subject(message.subject);
  answer.set_text(message.text);
  answer.set_state(kStates.at(static_cast<std::size_t>(message.state)));
  answer.set_tries(message.tries);
  answer.set_failure(message.failure);
  answer.set_transport(message.transport);
  answer.set_event_id(message.event_id);
  *answer.mutable_created_at() = toTimestamp(message.created_at);
  if (message.state == State::kSent) *answer.mutable_sent_at() = toTimestamp(message.sent_at);
  return answer;
}

v1::Template messageOf(const Template& text) {
  v1::Template message;
  message.set_kind(std::string(text.kind));
  message.set_locale(std::string(text.locale));
  message.set_subject(std::string(text.subject));
  message.set_text(std::string(text.text));
  const std::string both = std::string(text.subject) + std::string(text.text);
  for (const std::string& name : placeholdersOf(both)) message.add_placeholders(name);
  return message;
}

State stateOf(v1::Message::State state) {
  for (std::size_t i = 0; i < kStates.size(); ++i)
    if (kStates.at(i) == state) return static_cast<State>(i);
  KONTOR_ASSERT(false, "a state is meant");
  return State::kQueued;
}

std::string letterId(const std::string& group, const std::string& event_id) { return group + "." + event_id; }

std::pair<std::string, std::string> letterParts(const std::string& id) {
  const std::size_t dot = id.rfind('.');
  if (dot == std::string::npos) return {};
  return {id.substr(0, dot), id.substr(dot + 1)};
}

}  // namespace kontor::notification
