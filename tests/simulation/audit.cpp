#include "tests/simulation/audit.hpp"

#include <algorithm>

namespace kontor::simulation {
namespace {

constexpr const char* kTopics[] = {"order", "payment", "cart", "inventory", "catalog"};

std::string nameOf(const std::string& topic, const std::string& subject) { return topic + " " + subject; }

}  // namespace

void Audit::subscribe(bus::Bus& bus) {
  for (const char* topic : kTopics) {
    bus::Subscription subscription;
    subscription.group = "audit";
    subscription.topic = topic;
    subscription.handler = [this](const store::StoredEvent& event) -> task<void> {
      hear(event);
      co_return;
    };
    bus.subscribe(std::move(subscription));
  }
}

void Audit::hear(const store::StoredEvent& event) {
  const std::string stream = nameOf(event.event.topic, event.event.subject);
  const auto [at, fresh] = streams_[stream].try_emplace(event.sequence, Heard{event.id, event.event.type});
  ++(fresh ? heard_ : repeats_);
  if (at->second.id != event.id)
    doublets_.push_back(stream + ": number " + std::to_string(event.sequence) + " was " + at->second.type + " " +
                        at->second.id + " and is " + event.event.type + " " + event.id);
}

std::int64_t Audit::count(const std::string& topic, const std::string& subject, const std::string& type) const {
  const auto stream = streams_.find(nameOf(topic, subject));
  if (stream == streams_.end()) return 0;
  return std::count_if(stream->second.begin(), stream->second.end(),
                       [&](const auto& entry) { return entry.second.type == type; });
}

std::vector<std::string> Audit::faults() const {
  std::vector<std::string> faults = doublets_;
  for (const auto& [stream, events] : streams_) {
    const auto last = events.rbegin()->first;
    if (last != static_cast<std::int64_t>(events.size()))
      faults.push_back(stream + ": the last event is number " + std::to_string(last) + ", but only " +
                       std::to_string(events.size()) + " were heard");
  }
  return faults;
}

}  // namespace kontor::simulation
