#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/store/event.hpp"
#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"

// The neighbours of `order` as their contracts describe them, on a node of their own that never dies.
namespace kontor::order {

/// The way to a neighbour: calls and answers take time, and may be lost or come twice.
class Wire {
 public:
  struct Faults {
    double lose_request = 0;
    double lose_answer = 0;
    double duplicate = 0;
  };
  Wire(runtime::Simulation& world, std::size_t node) : world_(world), node_(node) {}

  template <class T>
  using Answer = runtime::OneShot<T>;

  /// Runs `effect` at the neighbour; it may answer later, or never.
  template <class T>
  task<T> callLater(std::function<void(Answer<T>)> effect) {
    Answer<T> answer;
    ++calls;
    if (!lost(faults.lose_request)) {
      const int times = lost(faults.duplicate) ? 2 : 1;
      for (int i = 0; i < times; ++i) after(delay(), [effect, answer] { effect(answer); });
    }
    co_return co_await answer;
  }
  template <class T>
  task<T> call(std::function<T()> effect) {
    std::function<void(Answer<T>)> later = [this, effect](Answer<T> answer) {
      try {
        T value = effect();
        if (!lost(faults.lose_answer)) after(delay(), [answer, value] { answer.setValue(value); });
      } catch (const Error& error) {
        after(delay(), [answer, error] { answer.setError(std::make_exception_ptr(error)); });
      }
    };
    return callLater<T>(std::move(later));
  }

  void after(Duration wait, std::function<void()> work) { executor().after(wait, std::move(work)); }
  Time now() { return world_.environment(node_).clock().now(); }

  Faults faults;
  int calls = 0;

 private:
  runtime::Executor& executor() { return world_.environment(node_).background(); }
  bool lost(double chance) { return chance > 0 && world_.random().chance(chance); }
  Duration delay() { return Duration(1 + static_cast<std::int64_t>(world_.random().below(3000))); }

  runtime::Simulation& world_;
  std::size_t node_;
};

/// Breaks of the neighbours' own rules, as they happen.
using Complaints = std::vector<std::string>;

class FakeInventory final : public inventory::v1::Inventory {
 public:
  struct Hold {
    inventory::v1::Reservation::State state;
    std::map<std::string, std::int64_t> lines;
    Time expires_at;
    std::string shipment;
  };
  explicit FakeInventory(Wire& wire) : wire_(wire) {}

  std::int64_t available(const std::string& sku) const;
  std::int64_t inState(inventory::v1::Reservation::State state) const;

  std::map<std::string, std::int64_t> on_hand;
  std::map<std::string, Hold> holds;
  bool loses_holds = false;  // the next commit finds its hold expired
  bool away = false;         // the next commit does not reach it

  task<inventory::v1::ReserveResponse> Reserve(rpc::Context, inventory::v1::ReserveRequest request) override;
  task<inventory::v1::CommitResponse> Commit(rpc::Context, inventory::v1::CommitRequest request) override;
  task<inventory::v1::ReleaseResponse> Release(rpc::Context, inventory::v1::ReleaseRequest request) override;
  task<inventory::v1::ShipResponse> Ship(rpc::Context, inventory::v1::ShipRequest request) override;
  task<inventory::v1::GetReservationsResponse> GetReservations(rpc::Context,
                                                               inventory::v1::GetReservationsRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) override;
  task<inventory::v1::GetAvailabilityResponse> GetAvailability(rpc::Context,
                                                               inventory::v1::GetAvailabilityRequest) override;
  task<inventory::v1::SetStockResponse> SetStock(rpc::Context, inventory::v1::SetStockRequest) override;
  task<inventory::v1::ListLevelsResponse> ListLevels(rpc::Context, inventory::v1::ListLevelsRequest) override;
  task<inventory::v1::GetLevelsResponse> GetLevels(rpc::Context, inventory::v1::GetLevelsRequest) override;
  task<inventory::v1::Level> AdjustStock(rpc::Context, inventory::v1::AdjustStockRequest) override;
  task<inventory::v1::ListMovementsResponse> ListMovements(rpc::Context, inventory::v1::ListMovementsRequest) override;
  task<inventory::v1::ListReservationsResponse> ListReservations(rpc::Context,
                                                                 inventory::v1::ListReservationsRequest) override;

 private:
  inventory::v1::ReserveResponse reserve(const inventory::v1::ReserveRequest& request);

  Wire& wire_;
};

class FakeCarts final : public cart::v1::Carts {
 public:
  struct Entry {
    cart::v1::Cart cart;
    std::string locked_by;
    std::string reopened_by;
    std::int64_t version_at_reopening = 0;
  };
  explicit FakeCarts(Wire& wire) : wire_(wire) {}

  /// A cart ready to be paid: each sku once for 10.00, shipping 5.00, prices with tax.
  std::string add(const std::vector<std::pair<std::string, std::int64_t>>& lines);
  /// What a buyer's change does; the cart must be open.
  void edit(const std::string& cart_id);
  cart::v1::Cart::State state(const std::string& cart_id) const { return carts.at(cart_id).cart.state(); }
  /// The cart that a checkout has ever locked.
  std::string cartOf(const std::string& checkout_id) const;

  std::map<std::string, Entry> carts;
  std::map<std::string, std::string> lockers;  // checkout → cart
  std::set<std::string> given_up;              // checkouts that reopened: a late Lock of theirs is refused
  bool reprices = false;                       // the next Lock finds another price
  bool away = false;                           // the next Close does not reach it

  task<cart::v1::LockResponse> Lock(rpc::Context, cart::v1::LockRequest request) override;
  task<cart::v1::ReopenResponse> Reopen(rpc::Context, cart::v1::ReopenRequest request) override;
  task<cart::v1::CloseResponse> Close(rpc::Context, cart::v1::CloseRequest request) override;
  task<cart::v1::Cart> GetCart(rpc::Context, cart::v1::GetCartRequest request) override;
  task<cart::v1::GetLocksResponse> GetLocks(rpc::Context, cart::v1::GetLocksRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) override;
  task<cart::v1::Cart> CreateCart(rpc::Context, cart::v1::CreateCartRequest) override;
  task<cart::v1::Cart> UpdateCart(rpc::Context, cart::v1::UpdateCartRequest) override;
  task<cart::v1::Cart> AddLine(rpc::Context, cart::v1::AddLineRequest) override;
  task<cart::v1::Cart> UpdateLine(rpc::Context, cart::v1::UpdateLineRequest) override;
  task<cart::v1::Cart> RemoveLine(rpc::Context, cart::v1::RemoveLineRequest) override;
  task<cart::v1::ListShippingOptionsResponse> ListShippingOptions(rpc::Context,
                                                                  cart::v1::ListShippingOptionsRequest) override;
  task<cart::v1::Cart> SetShipping(rpc::Context, cart::v1::SetShippingRequest) override;
  task<cart::v1::ListPaymentMethodsResponse> ListPaymentMethods(rpc::Context,
                                                                cart::v1::ListPaymentMethodsRequest) override;
  task<cart::v1::ListRegionsResponse> ListRegions(rpc::Context, cart::v1::ListRegionsRequest) override;

 private:
  Entry& require(const std::string& cart_id);
  cart::v1::LockResponse lock(const cart::v1::LockRequest& request);

  Wire& wire_;
};

/// Payment and its sandbox provider in one: our book and the provider's, side by side.
class FakePayments final : public payment::v1::Payments {
 public:
  struct Account {
    payment::v1::Payment ours;
    std::string provider;  // "", "pending", "requires_action", "authorized", "declined", "voided"
    bool ignores_void = false;
    std::map<std::string, std::int64_t> captures;  // by their references, each once
  };
  FakePayments(Wire& wire, FakeCarts& carts, Complaints& complaints)
      : wire_(wire), carts_(carts), complaints_(complaints) {}

  /// The buyer at the bank's page; the webhook follows.
  void decide(const std::string& ref, bool approve);
  std::int64_t inForce() const;
  /// All that was ever taken.
  std::int64_t captured() const;
  const Account* onlyAccount() const { return accounts.size() == 1 ? &accounts.begin()->second : nullptr; }

  std::map<std::string, Account> accounts;
  int refused_captures = 0;               // so many captures will be refused
  int lost_captures = 0;                  // so many will be taken and never answered
  std::deque<store::StoredEvent> events;  // to be delivered to `order`, at least once

  task<payment::v1::Payment> Authorize(rpc::Context, payment::v1::AuthorizeRequest request) override;
  task<payment::v1::Payment> GetPayment(rpc::Context, payment::v1::GetPaymentRequest request) override;
  task<payment::v1::SettleResponse> Settle(rpc::Context, payment::v1::SettleRequest request) override;
  task<payment::v1::Payment> Void(rpc::Context, payment::v1::VoidRequest request) override;
  task<payment::v1::Payment> Capture(rpc::Context, payment::v1::CaptureRequest request) override;
  task<payment::v1::Payment> Refund(rpc::Context, payment::v1::RefundRequest request) override;
  task<payment::v1::CompareBooksResponse> CompareBooks(rpc::Context, payment::v1::CompareBooksRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) override;
  task<payment::v1::ReceiveWebhookResponse> ReceiveWebhook(rpc::Context, payment::v1::ReceiveWebhookRequest) override;
  task<payment::v1::DecideSandboxActionResponse> DecideSandboxAction(rpc::Context,
                                                                     payment::v1::DecideSandboxActionRequest) override;

 private:
  void capture(const payment::v1::CaptureRequest& request, Wire::Answer<payment::v1::Payment> answer);
  void authorize(const payment::v1::AuthorizeRequest& request, Wire::Answer<payment::v1::Payment> answer);
  void answerWith(const std::string& ref, Wire::Answer<payment::v1::Payment> answer);
  /// Writes the provider's present state into our book, with its event.
  void write(Account& account);
  void tell(const payment::v1::Payment& payment, std::string_view type);

  Wire& wire_;
  FakeCarts& carts_;
  Complaints& complaints_;
  int last_event_ = 0;
};

}  // namespace kontor::order
