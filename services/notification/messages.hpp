#pragma once

#include "kontor/notification/v1/notification.kontor.hpp"
#include "services/notification/domain.hpp"

namespace kontor::bus {
struct DeadLetter;
struct LoggedEvent;
struct Replay;
}  // namespace kontor::bus
namespace kontor::store {
struct StoredEvent;
}

namespace kontor::notification {

// The domain's and the bus's types in the contract's words, and back.

v1::Event messageOf(const store::StoredEvent& stored);
v1::Event messageOf(const bus::LoggedEvent& logged);
v1::Replay messageOf(const bus::Replay& replay);
v1::DeadLetter messageOf(const bus::DeadLetter& letter);
v1::Message messageOf(const Message& message);
v1::Template messageOf(const Template& text);
/// Asserts that a state is meant.
State stateOf(v1::Message::State state);

/// What a dead letter is called in URLs: the group and the event, which no group's name can hide.
std::string letterId(const std::string& group, const std::string& event_id);
/// Both parts; empty ones when it is no letter's id.
std::pair<std::string, std::string> letterParts(const std::string& id);

}  // namespace kontor::notification
