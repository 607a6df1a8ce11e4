#include "chassis/app/freshness.hpp"

#include <algorithm>
#include <functional>

namespace kontor::app {
namespace {

// 512 KiB. With a thousand changes a second, an answer that shows ten things is thrown away by chance every 6 s: about
// as long as it would be kept.
constexpr std::size_t kPlaces = 1 << 16;
constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15U;

Freshness::Place fold(std::uint64_t hash) { return static_cast<Freshness::Place>((hash * kSpread) >> 48); }
static_assert(kPlaces == std::uint64_t{1} << (64 - 48));

}  // namespace

Freshness::Freshness() : changed_(std::make_unique<std::atomic<Moment>[]>(kPlaces)) {}

Freshness::Place Freshness::placeOf(std::string_view topic, std::string_view subject) {
  const std::hash<std::string_view> hash;
  return fold(hash(topic) * 31 + hash(subject));
}

Freshness::Place Freshness::placeOf(std::string_view type) { return fold(std::hash<std::string_view>{}(type)); }

bool Freshness::unchanged(std::span<const Place> places, Moment since) const {
  return std::all_of(places.begin(), places.end(),
                     [this, since](Place place) { return changed_[place].load(std::memory_order_acquire) <= since; });
}

// The places first, then the moment: a reader that takes the new moment read the data after the change, and one that
// looks at the places after taking it finds them noted.
void Freshness::note(std::span<const store::EventName> changes) {
  if (changes.empty()) return;
  const std::lock_guard lock(mutex_);
  const Moment moment = now_.load(std::memory_order_relaxed) + 1;
  for (const store::EventName& each : changes) {
    changed_[placeOf(each.topic, each.subject)].store(moment, std::memory_order_release);
    changed_[placeOf(each.type)].store(moment, std::memory_order_release);
  }
  now_.store(moment, std::memory_order_release);
}

}  // namespace kontor::app
