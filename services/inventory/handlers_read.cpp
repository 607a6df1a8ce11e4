// The half of the contract that only reads.

#include <charconv>

#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/page.hpp"
#include "chassis/store/sql.hpp"
#include "services/inventory/handlers.hpp"
#include "services/inventory/invariants.hpp"
#include "services/inventory/messages.hpp"
#include "services/inventory/store.hpp"

namespace kontor::inventory {
namespace {

/// How many reservations one answer to a checker holds; it asks again from the last one.
constexpr std::int64_t kCheckedAtOnce = 500;

// A cursor is two columns; the first holds no blank.
std::pair<std::string, std::string> parted(const std::string& cursor) {
  const std::size_t blank = cursor.find(' ');
  if (blank == std::string::npos) return {};
  return {cursor.substr(0, blank), cursor.substr(blank + 1)};
}

// Cursors are sealed by us: what does not read as a number was never one of ours.
std::int64_t numberOf(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Removes what was read beyond the page to see whether there is more.
template <class Item>
bool cut(std::vector<Item>& items, std::int64_t size) {
  if (items.size() <= static_cast<std::size_t>(size)) return false;
  items.resize(static_cast<std::size_t>(size));
  return true;
}

}  // namespace

task<v1::GetAvailabilityResponse> Handlers::GetAvailability(rpc::Context, v1::GetAvailabilityRequest request) {
  if (request.sku().empty()) throw invalidField("sku", "REQUIRED", "name at least one sku: ?sku=…");
  const std::vector<std::string> skus(request.sku().begin(), request.sku().end());
  auto read = [this, skus](store::Statements& in) { return store_->levelsOf(in, skus); };
  const std::vector<Level> levels = co_await database_->snapshot(std::move(read));
  std::map<std::string_view, std::vector<Level>> by_sku;
  for (const Level& level : levels) by_sku[level.sku].push_back(level);
  v1::GetAvailabilityResponse response;
  for (const std::string& sku : skus) {
    v1::Availability& availability = *response.add_availability();
    availability.set_sku(sku);
    setAvailable(availability, availableOver(by_sku[sku]));
  }
  co_return response;
}

task<v1::ListLevelsResponse> Handlers::ListLevels(rpc::Context, v1::ListLevelsRequest request) {
  const std::string list = "inventory.levels:" + request.prefix();
  const std::int64_t size = store::pageSize(request.page_size());
  // A sku may hold blanks, a location's code may not.
  const auto [location, sku] = parted(store::pageCursor(sealer_, list, request.page_token()));
  auto read = [this, prefix = request.prefix(), after = sku, at = location, size](store::Statements& in) {
    return store_->listLevels(in, prefix, after, at, size + 1);
  };
  std::vector<Level> levels = co_await database_->snapshot(std::move(read));
  v1::ListLevelsResponse response;
  if (cut(levels, size))
    response.set_next_page_token(store::pageToken(sealer_, list, levels.back().location + " " + levels.back().sku));
  for (const Level& level : levels) *response.add_levels() = messageOf(level);
  co_return response;
}

task<v1::GetLevelsResponse> Handlers::GetLevels(rpc::Context, v1::GetLevelsRequest request) {
  json::Reader faults;
  validate(request, faults);
  faults.finish();
  auto read = [this, skus = std::vector<std::string>(request.skus().begin(), request.skus().end())](
                  store::Statements& in) { return store_->levelsOf(in, skus); };
  const std::vector<Level> levels = co_await database_->snapshot(std::move(read));
  v1::GetLevelsResponse response;
  for (const Level& level : levels) *response.add_levels() = messageOf(level);
  co_return response;
}

task<v1::ListMovementsResponse> Handlers::ListMovements(rpc::Context, v1::ListMovementsRequest request) {
  const std::string list = "inventory.movements:" + request.sku();
  const std::int64_t size = store::pageSize(request.page_size());
  const std::string cursor = store::pageCursor(sealer_, list, request.page_token());
  std::optional<MovementPlace> after;
  if (!cursor.empty()) {
    const auto [sequence, location] = parted(cursor);
    after = MovementPlace{location, numberOf(sequence)};
  }
  auto read = [this, sku = request.sku(), after, size](store::Statements& in) {
    return store_->listMovements(in, sku, after, size + 1);
  };
  std::vector<Movement> movements = co_await database_->snapshot(std::move(read));
  v1::ListMovementsResponse response;
  if (cut(movements, size)) {
    const Movement& last = movements.back();
    response.set_next_page_token(store::pageToken(sealer_, list, std::to_string(last.sequence) + " " + last.location));
  }
  for (const Movement& movement : movements) *response.add_movements() = messageOf(movement);
  co_return response;
}

task<v1::ListReservationsResponse> Handlers::ListReservations(rpc::Context, v1::ListReservationsRequest request) {
  std::optional<ReservationState> state;
  if (request.state() != v1::Reservation::STATE_UNSPECIFIED) {
    state = stateOf(request.state());
    if (state != ReservationState::kHeld && state != ReservationState::kCommitted)
      throw invalidField("state", "INVALID_VALUE", "ask for \"held\" or \"committed\": others claim no stock");
  }
  const std::string list = "inventory.reservations:" + std::to_string(request.state());
  const std::int64_t size = store::pageSize(request.page_size());
  const auto [made, ref] = parted(store::pageCursor(sealer_, list, request.page_token()));
  const ReservationPlace after{fromMicros(numberOf(made)), ref};
  auto read = [this, state, after, size](store::Statements& in) {
    return store_->listReservations(in, state, after, size + 1);
  };
  std::vector<Reservation> reservations = co_await database_->snapshot(std::move(read));
  v1::ListReservationsResponse response;
  if (cut(reservations, size)) {
    const Reservation& last = reservations.back();
    response.set_next_page_token(
        store::pageToken(sealer_, list, std::to_string(toMicros(last.created_at)) + " " + last.ref));
  }
  for (const Reservation& reservation : reservations) *response.add_reservations() = messageOf(reservation);
  co_return response;
}

task<v1::GetReservationsResponse> Handlers::GetReservations(rpc::Context, v1::GetReservationsRequest request) {
  v1::GetReservationsResponse response;
  if (request.refs().empty() && !request.has_active_before()) co_return response;
  auto read = [this, request](store::Statements& in) {
    if (request.refs().empty())
      return store_->activeReservations(in, timeOf(request.active_before()), request.after_ref(), kCheckedAtOnce);
    return store_->reservationsOf(in, {request.refs().begin(), request.refs().end()});
  };
  const std::vector<Reservation> reservations = co_await database_->snapshot(std::move(read));
  for (const Reservation& reservation : reservations) *response.add_reservations() = messageOf(reservation);
  co_return response;
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  co_return co_await checkInvariants(*database_, *store_, sealer_, toTime(request.as_of()), hold_grace_);
}

}  // namespace kontor::inventory
