#include <map>
#include <set>

#include "tools/protoc-gen-kontor/checks.hpp"
#include "tools/protoc-gen-kontor/http.hpp"

namespace kontor::generator {
namespace {

/// Where a thing was first seen; the second one is told of the first.
template <class Declaration>
using Places = std::map<std::string, const Declaration*>;

void checkPaths(const MethodDescriptor& method, Places<MethodDescriptor>& places, Faults& faults) {
  for (const Binding& binding : bindingsOf(method)) {
    const auto [place, is_new] = places.emplace(binding.verb + " " + shapeOf(binding.path), &method);
    if (is_new) continue;
    faults.add(method, binding.verb + " " + binding.path + " is already the path of " + place->second->full_name() +
                           " (names of variables do not count): give one of them another path");
  }
}

void checkEventType(const Descriptor& message, Places<Descriptor>& places, Faults& faults) {
  const api::Event* event = eventOf(message);
  if (event == nullptr || event->type().empty()) return;
  const auto [place, is_new] = places.emplace(event->type(), &message);
  if (is_new) return;
  faults.add(message, "the event type \"" + event->type() + "\" is already that of " + place->second->full_name() +
                          ": consumers could not tell them apart");
}

}  // namespace

void checkFile(const FileDescriptor& file, Faults& faults) {
  if (file.syntax() != FileDescriptor::SYNTAX_PROTO3) {
    faults.add(file, "this is a proto2 file: write syntax = \"proto3\"");
    return;
  }
  if (file.package().empty()) {
    faults.add(file, "there is no package: write package kontor.<service>.v1");
    return;
  }
  for (const EnumDescriptor* type : allEnums(file)) checkEnum(*type, faults);
  for (const Descriptor* message : allMessages(file)) checkMessage(*message, faults);
  checkEvents(file, faults);
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) checkMethod(*file.service(i)->method(j), faults);
  }
}

void checkTogether(const std::vector<const FileDescriptor*>& files, Faults& faults) {
  Places<MethodDescriptor> paths;
  Places<Descriptor> types;
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j)
        checkPaths(*file->service(i)->method(j), paths, faults);
    }
    for (const Descriptor* message : allMessages(*file)) checkEventType(*message, types, faults);
  }
}

}  // namespace kontor::generator
