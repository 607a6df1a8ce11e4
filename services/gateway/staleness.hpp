#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "chassis/app/freshness.hpp"
#include "chassis/rpc/method.hpp"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace kontor::gateway {

/// What makes kept answers of one method stale, read from its contract once: the entities that an answer shows
/// (`kontor.api.shows`), and events that may change any answer (`kontor.api.stale_by`). Thread-safe: never changes.
class Staleness {
 public:
  explicit Staleness(const rpc::Method& method);
  Staleness(const Staleness&) = delete;
  Staleness& operator=(const Staleness&) = delete;

  /// The places that a change of anything in `answer` is noted at, each once.
  std::vector<app::Freshness::Place> placesOf(const google::protobuf::Message& answer) const;
  /// The topics whose events matter.
  const std::set<std::string>& topics() const { return topics_; }

 private:
  /// What to look at in messages of one type.
  struct Part {
    struct Shown {
      const google::protobuf::FieldDescriptor* field;
      std::string topic;
    };
    std::vector<Shown> shown;
    std::vector<std::pair<const google::protobuf::FieldDescriptor*, const Part*>> inside;
  };
  using Places = std::vector<app::Freshness::Place>;

  const Part* partOf(const google::protobuf::Descriptor& type);
  static void collect(const google::protobuf::Message& message, const Part& part, Places& places);
  static void collect(const google::protobuf::Message& message, const Part::Shown& shown, Places& places);

  std::deque<Part> parts_;
  std::map<const google::protobuf::Descriptor*, const Part*> known_;  // null for types that show nothing
  const Part* answer_ = nullptr;
  Places always_;
  std::set<std::string> topics_;
};

}  // namespace kontor::gateway
