#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "chassis/store/event.hpp"

namespace kontor::app {

/// When what events are about was last changed, as far as this process knows: what kept answers are checked against.
///
/// Stores of this process tell of their events between commit and acknowledgement, so whoever learns of a change finds
/// it noted here; events of other processes are noted when they arrive. An answer is kept with the moment before its
/// data was read and with the places of all that it shows; it is fresh while none of them was noted since:
///
///     const Moment before = freshness.now();
///     … read …
///     if (freshness.unchanged(places, before)) … what was read is still so …
///
/// Places are slots of a table of fixed size: two things may share one, which costs an answer too early, never too
/// late. Thread-safe; reading takes no lock. Example: freshness_test.cpp.
class Freshness {
 public:
  /// Counts what was noted; 0 is before everything.
  using Moment = std::uint64_t;
  /// Where changes of one thing are noted.
  using Place = std::uint32_t;

  Freshness();

  /// Take it before reading what is to be kept.
  Moment now() const { return now_.load(std::memory_order_acquire); }
  /// Of an entity: every event of this topic about this subject.
  static Place placeOf(std::string_view topic, std::string_view subject);
  /// Of a type of event, whatever its subject: "product.upserted".
  static Place placeOf(std::string_view type);
  /// Whether nothing was noted at any of `places` after `since`.
  bool unchanged(std::span<const Place> places, Moment since) const;

  /// Notes what has changed. The data must be readable by then.
  void note(std::span<const store::EventName> changes);

  /// Says that a store of this process notes all events of `topic` as it commits them; others have to be fetched from
  /// the bus. At start only.
  void cover(std::string topic) { covered_.insert(std::move(topic)); }
  bool covers(std::string_view topic) const { return covered_.contains(topic); }

 private:
  std::atomic<Moment> now_{0};
  std::unique_ptr<std::atomic<Moment>[]> changed_;  // by place
  std::mutex mutex_;                                // one note after another
  std::set<std::string, std::less<>> covered_;
};

}  // namespace kontor::app
