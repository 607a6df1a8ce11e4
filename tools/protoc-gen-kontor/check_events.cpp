#include <set>

#include "tools/protoc-gen-kontor/checks.hpp"

namespace kontor::generator {
namespace {

using Messages = std::set<const Descriptor*>;

/// Events are kept, replayed and sent to many: no field in them, however deep, may be personal or grant access.
void checkContents(const Descriptor& event, const Descriptor& message, Messages& seen, Faults& faults) {
  if (!seen.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const api::Field& rules = rulesOf(field);
    if (rules.secret() || rules.personal()) {
      faults.add(field, std::string(rules.secret() ? "a secret" : "a personal") + " field is part of the event " +
                            event.full_name() + ": send an id instead, consumers ask the owner for the rest");
    }
    if (kindOf(field) == Kind::kMessage) checkContents(event, *valueOf(field).message_type(), seen, faults);
  }
}

void checkEvent(const Descriptor& message, const api::Event& event, Faults& faults) {
  if (event.topic().empty()) faults.add(message, "the event names no topic: add topic: \"order\"");
  if (event.type().empty()) faults.add(message, "the event names no type: add type: \"order.placed\"");
  if (event.subject().empty()) {
    faults.add(message, "the event names no subject: add the field that orders events, subject: \"order_id\"");
    return;
  }
  const FieldDescriptor* subject = message.FindFieldByName(event.subject());
  if (subject == nullptr || subject->is_repeated() || kindOf(*subject) != Kind::kText) {
    faults.add(message, "the subject \"" + event.subject() + "\" is not a string field of the event");
  }
}

bool isEventsFile(const FileDescriptor& file) {
  return file.name() == "events.proto" || file.name().ends_with("/events.proto");
}

}  // namespace

void checkEvents(const FileDescriptor& file, Faults& faults) {
  Messages used;
  for (const Descriptor* message : allMessages(file)) {
    const api::Event* event = eventOf(*message);
    if (event == nullptr) continue;
    checkEvent(*message, *event, faults);
    Messages contents;
    checkContents(*message, *message, contents, faults);
    used.insert(contents.begin(), contents.end());
  }
  if (!isEventsFile(file)) return;
  for (int i = 0; i < file.message_type_count(); ++i) {
    if (used.contains(file.message_type(i))) continue;
    faults.add(*file.message_type(i),
               "is neither an event nor part of one: add option (kontor.api.event), or remove it");
  }
}

}  // namespace kontor::generator
