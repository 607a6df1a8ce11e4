#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "chassis/bus/bus.hpp"

namespace kontor::simulation {

/// Somebody outside the shop who listens to all of its events and forgets nothing, whatever happens to the shop.
///
/// What the outside was told can be undone by no crash: every number of a subject's stream must be heard, each as one
/// and the same event.
class Audit {
 public:
  /// Listens in the shop's present life.
  void subscribe(bus::Bus& bus);

  /// How many different events of this type were heard of a subject.
  std::int64_t count(const std::string& topic, const std::string& subject, const std::string& type) const;
  /// Events heard, repeats not counted.
  std::int64_t heard() const { return heard_; }
  /// Repeats: deliveries are at least once.
  std::int64_t repeats() const { return repeats_; }
  /// Gaps and doublets in the streams, one line each.
  std::vector<std::string> faults() const;

 private:
  struct Heard {
    std::string id;
    std::string type;
  };

  void hear(const store::StoredEvent& event);

  std::map<std::string, std::map<std::int64_t, Heard>> streams_;  // "order order_01…": its events by sequence
  std::vector<std::string> doublets_;
  std::int64_t heard_ = 0;
  std::int64_t repeats_ = 0;
};

}  // namespace kontor::simulation
