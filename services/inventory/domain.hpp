#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chassis/base/time.hpp"

namespace kontor::inventory {

/// The one place that stock lies in; rows name it so that more can come.
inline constexpr std::string_view kMainLocation = "main";
/// Most units of a sku in one place, either way.
inline constexpr std::int64_t kOnHandMax = 1'000'000'000'000;

/// The stock of a sku in one place. `safety` units are never sold.
struct Level {
  std::string sku;
  std::string location{kMainLocation};
  bool tracked = true;
  bool backorder = false;
  std::int64_t on_hand = 0;
  std::int64_t held = 0;
  std::int64_t committed = 0;
  std::int64_t safety = 0;
  std::int64_t version = 0;
  Time updated_at{};
};

/// Units that can be bought now, never below 0; nothing when there is no bound (not tracked, or sold beyond stock).
std::optional<std::int64_t> availableOf(const Level& level);
/// The same over all places of one sku; 0 when there are none.
std::optional<std::int64_t> availableOver(const std::vector<Level>& levels);

/// Units wanted by sku; sorted, so that every transaction takes rows in the same order.
using Demand = std::map<std::string, std::int64_t>;
/// Sums the lines of one sku. Throws INVALID_ARGUMENT naming the line whose quantity is below 1 or breaks the bound.
Demand sumDemand(const std::vector<std::pair<std::string, std::int64_t>>& lines);

enum class ReservationState : std::uint8_t { kHeld, kCommitted, kShipped, kReleased, kExpired };
std::string_view stateName(ReservationState state);
/// Asserts that `name` is one of ours.
ReservationState stateNamed(std::string_view name);

struct ReservationLine {
  std::string sku;
  std::string location{kMainLocation};
  std::int64_t quantity = 0;
  /// False: nothing is held for it, for the sku was not tracked when it was reserved.
  bool tracked = true;
};

struct Reservation {
  std::string ref;
  ReservationState state = ReservationState::kHeld;
  Time expires_at{};
  Time created_at{};
  std::vector<ReservationLine> lines;  // sorted by sku, location
};
/// What a reservation claims of each sku, over all places.
Demand demandOf(const Reservation& reservation);

/// What is asked of a reservation that exists.
enum class Wish : std::uint8_t { kCommit, kRelease, kExpire, kShip };
/// The state that `wish` leads to; nothing when it changes nothing: it is a repeat, or comes too late.
std::optional<ReservationState> stateAfter(ReservationState from, Wish wish);

/// What Reserve makes of a reference that is known already.
enum class Admission : std::uint8_t {
  kGranted,  // holds (or held on to) its stock: a repeat
  kRevived,  // was given up, and the caller says so: hold again
  kRefused,  // was given up: a Reserve that arrives late must hold nothing
};
/// `revive`: the request replaces its own reference. Only a request with a later end than the life that was given up
/// revives it, so that a revival delivered twice cannot hold again what was given up after the first.
Admission admit(const Reservation& known, bool revive, Time expires_at);

/// Why a level changed.
enum class MovementKind : std::uint8_t { kSet, kAdjust, kHold, kCommit, kRelease, kExpire, kShip };
std::string_view kindName(MovementKind kind);

/// What a movement adds to a level.
struct Change {
  std::int64_t on_hand = 0;
  std::int64_t held = 0;
  std::int64_t committed = 0;
};
/// A line of the ledger. `sequence` is the version that it gave its level: the ledger of a level has no gaps.
struct Movement {
  std::string id;
  std::string sku;
  std::string location;
  std::int64_t sequence = 0;
  std::string kind;
  Change change;
  std::string ref;
  std::string reason;
  std::string actor;
  Time created_at{};
};

/// What moving `quantity` reserved units from one state to the other does to their level.
Change changeOf(ReservationState from, ReservationState to, std::int64_t quantity);
/// The kind under which that stands in the ledger.
MovementKind kindOf(ReservationState to);

/// The number a reader of the ledger expects: the signed change for a count, the units moved for all else.
std::int64_t shownQuantity(const Change& change);

/// The stock after a correction by `delta`. Throws INVALID_ARGUMENT on "delta" when it is 0, or would take away more
/// than is on hand, or breaks the bound.
std::int64_t adjustedStock(const Level& level, std::int64_t delta);

}  // namespace kontor::inventory
