#include "services/gateway/staleness.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "kontor/api/freshness.pb.h"

namespace kontor::gateway {
namespace {

using app::Freshness;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;

const MethodDescriptor& descriptorOf(const rpc::Method& method) {
  const std::string name = std::string(method.service) + "." + std::string(method.name);
  const MethodDescriptor* found = DescriptorPool::generated_pool()->FindMethodByName(name);
  KONTOR_ASSERT(found != nullptr, "a method of a table is in no contract");
  return *found;
}

}  // namespace

Staleness::Staleness(const rpc::Method& method) {
  const MethodDescriptor& contract = descriptorOf(method);
  for (int i = 0; i < contract.options().ExtensionSize(api::stale_by); ++i) {
    const api::StaleBy& events = contract.options().GetExtension(api::stale_by, i);
    topics_.insert(events.topic());
    always_.push_back(Freshness::placeOf(events.type()));
  }
  answer_ = partOf(*contract.output_type());
}

/// Null for a type that shows nothing, also inside.
const Staleness::Part* Staleness::partOf(const Descriptor& type) {
  if (const auto known = known_.find(&type); known != known_.end()) return known->second;
  known_[&type] = nullptr;  // a type inside itself shows no more there than outside
  Part part;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const std::string& topic = field->options().GetExtension(api::shows);
    if (!topic.empty()) {
      KONTOR_ASSERT(field->cpp_type() == FieldDescriptor::CPPTYPE_STRING, "a field that shows an entity is a string");
      topics_.insert(topic);
      part.shown.push_back({field, topic});
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (const Part* inner = partOf(*field->message_type())) part.inside.emplace_back(field, inner);
  }
  if (part.shown.empty() && part.inside.empty()) return nullptr;
  return known_[&type] = &parts_.emplace_back(std::move(part));
}

Staleness::Places Staleness::placesOf(const Message& answer) const {
  Places places = always_;
  if (answer_ != nullptr) collect(answer, *answer_, places);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

void Staleness::collect(const Message& message, const Part& part, Places& places) {
  for (const Part::Shown& shown : part.shown) collect(message, shown, places);
  const Reflection& reflection = *message.GetReflection();
  for (const auto& [field, inner] : part.inside) {
    if (!field->is_repeated()) {
      if (reflection.HasField(message, field)) collect(reflection.GetMessage(message, field), *inner, places);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      collect(reflection.GetRepeatedMessage(message, field, i), *inner, places);
  }
}

void Staleness::collect(const Message& message, const Part::Shown& shown, Places& places) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  if (!shown.field->is_repeated()) {
    places.push_back(Freshness::placeOf(shown.topic, reflection.GetStringReference(message, shown.field, &scratch)));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, shown.field); ++i)
    places.push_back(
        Freshness::placeOf(shown.topic, reflection.GetRepeatedStringReference(message, shown.field, i, &scratch)));
}

}  // namespace kontor::gateway
