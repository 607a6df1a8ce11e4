#include "services/order/neighbours_test.hpp"

#include "chassis/json/wellknown.hpp"
#include "kontor/payment/v1/events.kontor.hpp"

namespace kontor::order {
namespace {

using inventory::v1::Reservation;
using payment::v1::Payment;

template <class T>
task<T> notAsked() {
  throw Error(Code::kUnimplemented, "order never asks this");
  co_return T();
}

task<type::v1::CheckInvariantsResponse> nothingToSay() { co_return type::v1::CheckInvariantsResponse(); }

void set(type::v1::Money* money, std::int64_t amount) {
  money->set_amount(amount);
  money->set_currency("EUR");
}

bool given(Reservation::State state) {
  return state != Reservation::STATE_HELD && state != Reservation::STATE_COMMITTED;
}

}  // namespace

// ---- inventory

std::int64_t FakeInventory::available(const std::string& sku) const {
  std::int64_t left = on_hand.contains(sku) ? on_hand.at(sku) : 0;
  for (const auto& [ref, held] : holds) {
    if (!given(held.state) && held.lines.contains(sku)) left -= held.lines.at(sku);
  }
  return left;
}

std::int64_t FakeInventory::inState(Reservation::State state) const {
  return std::count_if(holds.begin(), holds.end(), [state](const auto& entry) { return entry.second.state == state; });
}

inventory::v1::ReserveResponse FakeInventory::reserve(const inventory::v1::ReserveRequest& request) {
  inventory::v1::ReserveResponse response;
  const Time expires_at = toTime(request.expires_at());
  const auto known = holds.find(request.ref());
  if (known != holds.end() && !given(known->second.state)) {
    response.set_granted(true);
    return response;
  }
  const bool revives = request.replaces() == request.ref();
  if (known != holds.end() && !(revives && expires_at > known->second.expires_at)) return response;
  const auto before = holds;
  if (holds.contains(request.replaces()) && !revives && holds[request.replaces()].state == Reservation::STATE_HELD)
    holds[request.replaces()].state = Reservation::STATE_RELEASED;
  std::map<std::string, std::int64_t> wanted;
  for (const auto& line : request.lines()) wanted[line.sku()] += line.quantity();
  for (const auto& [sku, quantity] : wanted) {
    if (available(sku) >= quantity) continue;
    holds = before;
    response.mutable_shortage()->set_sku(sku);
    response.mutable_shortage()->set_available(available(sku));
    return response;
  }
  holds[request.ref()] = {Reservation::STATE_HELD, wanted, expires_at, ""};
  response.set_granted(true);
  return response;
}

task<inventory::v1::ReserveResponse> FakeInventory::Reserve(rpc::Context, inventory::v1::ReserveRequest request) {
  return wire_.call<inventory::v1::ReserveResponse>([this, request] { return reserve(request); });
}

task<inventory::v1::CommitResponse> FakeInventory::Commit(rpc::Context, inventory::v1::CommitRequest request) {
  return wire_.call<inventory::v1::CommitResponse>([this, request] {
    inventory::v1::CommitResponse response;
    if (std::exchange(away, false)) throw Error(Code::kUnavailable, "AWAY", "inventory is away");
    const auto found = holds.find(request.ref());
    if (found == holds.end()) return response;
    if (std::exchange(loses_holds, false)) found->second.state = Reservation::STATE_EXPIRED;
    if (found->second.state == Reservation::STATE_HELD) found->second.state = Reservation::STATE_COMMITTED;
    response.set_committed(found->second.state == Reservation::STATE_COMMITTED);
    return response;
  });
}

task<inventory::v1::ReleaseResponse> FakeInventory::Release(rpc::Context, inventory::v1::ReleaseRequest request) {
  return wire_.call<inventory::v1::ReleaseResponse>([this, request] {
    holds[request.ref()].state = Reservation::STATE_RELEASED;
    return inventory::v1::ReleaseResponse();
  });
}

task<inventory::v1::ShipResponse> FakeInventory::Ship(rpc::Context, inventory::v1::ShipRequest request) {
  return wire_.call<inventory::v1::ShipResponse>([this, request] {
    inventory::v1::ShipResponse response;
    const auto found = holds.find(request.ref());
    if (found == holds.end()) return response;
    Hold& hold = found->second;
    if (hold.state == Reservation::STATE_COMMITTED) {
      hold.state = Reservation::STATE_SHIPPED;
      hold.shipment = request.shipment();
      for (const auto& [sku, quantity] : hold.lines) on_hand[sku] -= quantity;
    }
    response.set_shipped(hold.state == Reservation::STATE_SHIPPED && hold.shipment == request.shipment());
    return response;
  });
}

task<inventory::v1::GetReservationsResponse> FakeInventory::GetReservations(
    rpc::Context, inventory::v1::GetReservationsRequest request) {
  inventory::v1::GetReservationsResponse response;
  for (auto at = holds.upper_bound(request.after_ref()); at != holds.end() && response.reservations_size() < 2; ++at) {
    if (given(at->second.state)) continue;
    response.add_reservations()->set_ref(at->first);
    response.mutable_reservations(response.reservations_size() - 1)->set_state(at->second.state);
  }
  co_return response;
}

task<type::v1::CheckInvariantsResponse> FakeInventory::CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) {
  return nothingToSay();
}
task<inventory::v1::GetAvailabilityResponse> FakeInventory::GetAvailability(rpc::Context,
                                                                            inventory::v1::GetAvailabilityRequest) {
  return notAsked<inventory::v1::GetAvailabilityResponse>();
}
task<inventory::v1::SetStockResponse> FakeInventory::SetStock(rpc::Context, inventory::v1::SetStockRequest) {
  return notAsked<inventory::v1::SetStockResponse>();
}
task<inventory::v1::ListLevelsResponse> FakeInventory::ListLevels(rpc::Context, inventory::v1::ListLevelsRequest) {
  return notAsked<inventory::v1::ListLevelsResponse>();
}
task<inventory::v1::GetLevelsResponse> FakeInventory::GetLevels(rpc::Context, inventory::v1::GetLevelsRequest) {
  return notAsked<inventory::v1::GetLevelsResponse>();
}
task<inventory::v1::Level> FakeInventory::AdjustStock(rpc::Context, inventory::v1::AdjustStockRequest) {
  return notAsked<inventory::v1::Level>();
}
task<inventory::v1::ListMovementsResponse> FakeInventory::ListMovements(rpc::Context,
                                                                        inventory::v1::ListMovementsRequest) {
  return notAsked<inventory::v1::ListMovementsResponse>();
}
task<inventory::v1::ListReservationsResponse> FakeInventory::ListReservations(rpc::Context,
                                                                              inventory::v1::ListReservationsRequest) {
  return notAsked<inventory::v1::ListReservationsResponse>();
}

// ---- carts

std::string FakeCarts::add(const std::vector<std::pair<std::string, std::int64_t>>& lines) {
  cart::v1::Cart cart;
  cart.set_id("cart_" + std::to_string(carts.size() + 1));
  cart.set_state(cart::v1::Cart::STATE_ACTIVE);
  cart.set_currency("EUR");
  cart.set_email("Ada@example.org");
  cart.mutable_shipping_address()->set_name("Ada");
  cart.mutable_shipping_address()->set_country("DE");
  std::int64_t subtotal = 0;
  for (const auto& [sku, quantity] : lines) {
    cart::v1::CartLine& line = *cart.add_lines();
    line.set_id("line_" + sku);
    line.set_sku(sku);
    line.set_title("A " + sku);
    line.set_quantity(quantity);
    set(line.mutable_unit_price(), 1000);
    set(line.mutable_subtotal(), 1000 * quantity);
    set(line.mutable_tax(), 160 * quantity);
    set(line.mutable_total(), 1000 * quantity);
    subtotal += 1000 * quantity;
  }
  cart.mutable_shipping()->set_id("flat");
  set(cart.mutable_shipping()->mutable_price(), 500);
  set(cart.mutable_totals()->mutable_subtotal(), subtotal);
  set(cart.mutable_totals()->mutable_shipping(), 500);
  set(cart.mutable_totals()->mutable_tax(), subtotal / 1000 * 160);
  set(cart.mutable_totals()->mutable_total(), subtotal + 500);
  cart.set_tax_included(true);
  cart.set_version(1);
  const std::string id = cart.id();
  carts[id] = Entry{cart, "", "", 0};
  return id;
}

void FakeCarts::edit(const std::string& cart_id) {
  carts.at(cart_id).cart.set_version(carts.at(cart_id).cart.version() + 1);
}

std::string FakeCarts::cartOf(const std::string& checkout_id) const {
  const auto found = lockers.find(checkout_id);
  return found == lockers.end() ? "" : found->second;
}

FakeCarts::Entry& FakeCarts::require(const std::string& cart_id) {
  const auto found = carts.find(cart_id);
  if (found == carts.end()) throw notFound("cart", "…");
  return found->second;
}

cart::v1::LockResponse FakeCarts::lock(const cart::v1::LockRequest& request) {
  Entry& entry = require(request.cart_id());
  const bool late = !request.unchanged_since().empty();
  if (entry.cart.state() == cart::v1::Cart::STATE_COMPLETED && entry.locked_by != request.checkout_id())
    throw Error(Code::kFailedPrecondition, "CART_CLOSED", "the cart is an order");
  if (entry.cart.state() == cart::v1::Cart::STATE_ACTIVE) {
    if (given_up.contains(request.checkout_id()) && !late)
      throw Error(Code::kFailedPrecondition, "CART_LOCK_GIVEN_UP", "this checkout was given up");
    const bool changed =
        entry.reopened_by != request.unchanged_since() || entry.version_at_reopening != entry.cart.version();
    if (late && changed) throw Error(Code::kFailedPrecondition, "CART_CHANGED", "the cart is not what it was");
    if (std::exchange(reprices, false)) throw Error(Code::kFailedPrecondition, "CART_CHANGED", "a price has changed");
    if (entry.cart.email().empty()) throw invalidField("email", "REQUIRED", "an order needs an e-mail address");
    entry.cart.set_state(cart::v1::Cart::STATE_CHECKING_OUT);
    entry.locked_by = request.checkout_id();
    lockers[request.checkout_id()] = request.cart_id();
  }
  if (entry.locked_by != request.checkout_id())
    throw Error(Code::kFailedPrecondition, "CART_LOCKED", "the cart is being checked out");
  cart::v1::LockResponse response;
  *response.mutable_cart() = entry.cart;
  return response;
}

task<cart::v1::LockResponse> FakeCarts::Lock(rpc::Context, cart::v1::LockRequest request) {
  return wire_.call<cart::v1::LockResponse>([this, request] { return lock(request); });
}

task<cart::v1::ReopenResponse> FakeCarts::Reopen(rpc::Context, cart::v1::ReopenRequest request) {
  return wire_.call<cart::v1::ReopenResponse>([this, request] {
    Entry& entry = require(request.cart_id());
    given_up.insert(request.checkout_id());
    if (entry.cart.state() == cart::v1::Cart::STATE_CHECKING_OUT && entry.locked_by == request.checkout_id()) {
      entry.cart.set_state(cart::v1::Cart::STATE_ACTIVE);
      entry.reopened_by = request.checkout_id();
      entry.version_at_reopening = entry.cart.version();
    }
    return cart::v1::ReopenResponse();
  });
}

task<cart::v1::CloseResponse> FakeCarts::Close(rpc::Context, cart::v1::CloseRequest request) {
  return wire_.call<cart::v1::CloseResponse>([this, request] {
    if (std::exchange(away, false)) throw Error(Code::kUnavailable, "AWAY", "cart is away");
    Entry& entry = require(request.cart_id());
    if (entry.locked_by != request.checkout_id())
      throw Error(Code::kFailedPrecondition, "CART_LOCKED", "another checkout has this cart");
    entry.cart.set_state(cart::v1::Cart::STATE_COMPLETED);
    return cart::v1::CloseResponse();
  });
}

task<cart::v1::Cart> FakeCarts::GetCart(rpc::Context, cart::v1::GetCartRequest request) {
  return wire_.call<cart::v1::Cart>([this, request] { return require(request.cart_id()).cart; });
}

task<cart::v1::GetLocksResponse> FakeCarts::GetLocks(rpc::Context, cart::v1::GetLocksRequest request) {
  std::map<std::string, cart::v1::Cart::State> locked;
  for (const auto& [id, entry] : carts) {
    const bool locks = entry.cart.state() == cart::v1::Cart::STATE_CHECKING_OUT ||
                       (request.completed() && entry.cart.state() == cart::v1::Cart::STATE_COMPLETED);
    if (locks && entry.locked_by > request.after()) locked[entry.locked_by] = entry.cart.state();
  }
  cart::v1::GetLocksResponse response;
  for (const auto& [checkout, state] : locked) {
    response.add_locks()->set_checkout_id(checkout);
    response.mutable_locks(response.locks_size() - 1)->set_state(state);
  }
  co_return response;
}

task<type::v1::CheckInvariantsResponse> FakeCarts::CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) {
  return nothingToSay();
}
task<cart::v1::Cart> FakeCarts::CreateCart(rpc::Context, cart::v1::CreateCartRequest) {
  return notAsked<cart::v1::Cart>();
}
task<cart::v1::Cart> FakeCarts::UpdateCart(rpc::Context, cart::v1::UpdateCartRequest) {
  return notAsked<cart::v1::Cart>();
}
task<cart::v1::Cart> FakeCarts::AddLine(rpc::Context, cart::v1::AddLineRequest) { return notAsked<cart::v1::Cart>(); }
task<cart::v1::Cart> FakeCarts::UpdateLine(rpc::Context, cart::v1::UpdateLineRequest) {
  return notAsked<cart::v1::Cart>();
}
task<cart::v1::Cart> FakeCarts::RemoveLine(rpc::Context, cart::v1::RemoveLineRequest) {
  return notAsked<cart::v1::Cart>();
}
task<cart::v1::ListShippingOptionsResponse> FakeCarts::ListShippingOptions(rpc::Context,
                                                                           cart::v1::ListShippingOptionsRequest) {
  return notAsked<cart::v1::ListShippingOptionsResponse>();
}
task<cart::v1::Cart> FakeCarts::SetShipping(rpc::Context, cart::v1::SetShippingRequest) {
  return notAsked<cart::v1::Cart>();
}
task<cart::v1::ListPaymentMethodsResponse> FakeCarts::ListPaymentMethods(rpc::Context,
                                                                         cart::v1::ListPaymentMethodsRequest) {
  return notAsked<cart::v1::ListPaymentMethodsResponse>();
}
task<cart::v1::ListRegionsResponse> FakeCarts::ListRegions(rpc::Context, cart::v1::ListRegionsRequest) {
  return notAsked<cart::v1::ListRegionsResponse>();
}

}  // namespace kontor::order
