#include "chassis/bus/journal.hpp"

namespace kontor::bus {
namespace {

bool fits(const std::string& wanted, const std::string& actual) { return wanted.empty() || wanted == actual; }

}  // namespace

bool EventFilter::admits(const store::StoredEvent& stored) const {
  if (!fits(topic, stored.event.topic) || !fits(type, stored.event.type) || !fits(subject, stored.event.subject))
    return false;
  return (!from || stored.time >= *from) && (!to || stored.time < *to);
}

}  // namespace kontor::bus
