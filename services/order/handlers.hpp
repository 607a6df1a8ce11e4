#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/order/bell.hpp"
#include "services/order/saga.hpp"
#include "services/order/shipping.hpp"
#include "services/order/shop_check.hpp"
#include "services/order/verdicts.hpp"

namespace kontor::runtime {
class Executor;
}
namespace kontor::security {
class Sealer;
}

namespace kontor::order {

/// The contract of `order`: each call judges its rows and begins its drive in one transaction, then lets the saga
/// drive. All references must outlive it. Thread-safe.
class Handlers final : public v1::Orders {
 public:
  struct Parts {
    runtime::Environment& environment;
    store::SqlStore& store;
    const OrderStore& orders;
    const security::Sealer& sealer;
    Saga& saga;
    Shipping& shipping;
    Bell bell;
    Neighbours neighbours;
    Duration invariants_settle;
    std::vector<Checked> checked;  // who else has invariants
    runtime::Executor& checks;     // where they are computed
  };
  explicit Handlers(Parts parts) : parts_(std::move(parts)) {}

  // handlers_pay.cpp
  task<v1::PayResponse> Pay(rpc::Context context, v1::PayRequest request) override;
  task<v1::ReleaseCheckoutResponse> ReleaseCheckout(rpc::Context context, v1::ReleaseCheckoutRequest request) override;
  // handlers_complete.cpp
  task<v1::CompleteResponse> Complete(rpc::Context context, v1::CompleteRequest request) override;
  // handlers.cpp
  task<v1::Order> TrackOrder(rpc::Context context, v1::TrackOrderRequest request) override;
  task<v1::ListOrdersResponse> ListOrders(rpc::Context context, v1::ListOrdersRequest request) override;
  task<v1::Order> GetOrder(rpc::Context context, v1::GetOrderRequest request) override;
  task<v1::Recipient> FindRecipient(rpc::Context context, v1::FindRecipientRequest request) override;
  task<v1::GetInvariantsResponse> GetInvariants(rpc::Context context, v1::GetInvariantsRequest request) override;
  task<v1::GetInvariantsResponse> CheckShop(rpc::Context context, v1::CheckShopRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;
  // handlers_cancel.cpp
  task<v1::CancelResponse> CancelOwnOrder(rpc::Context context, v1::CancelOwnOrderRequest request) override;
  task<v1::CancelResponse> CancelOrder(rpc::Context context, v1::CancelOrderRequest request) override;
  // handlers_fulfil.cpp
  task<v1::Fulfilment> CreateFulfilment(rpc::Context context, v1::CreateFulfilmentRequest request) override;
  task<v1::Fulfilment> ShipFulfilment(rpc::Context context, v1::ShipFulfilmentRequest request) override;
  task<v1::Fulfilment> DeliverFulfilment(rpc::Context context, v1::DeliverFulfilmentRequest request) override;
  task<v1::Fulfilment> CancelFulfilment(rpc::Context context, v1::CancelFulfilmentRequest request) override;

 private:
  /// What a call's first transaction leaves to do.
  struct PayPlan;
  struct CompletePlan;
  struct CancelPlan;
  struct Wish {
    std::string order_id;
    std::string actor;
    std::string reason;
  };

  task<PayPlan> planPayment(rpc::Context context, std::string cart_id);
  task<v1::PayResponse> beginPayment(rpc::Context context, PayPlan plan, v1::PayRequest request);
  task<v1::PayResponse> resumePayment(rpc::Context context, Checkout checkout);
  task<v1::PayResponse> answerPayment(rpc::Context context, Checkout checkout);
  Checkout newCheckout(const rpc::Context& context, const std::string& cart_id) const;

  task<CompletePlan> planCompletion(rpc::Context context, std::string cart_id);
  task<v1::CompleteResponse> carryOut(rpc::Context context, CompletePlan plan);
  task<v1::CompleteResponse> answerCompletion(rpc::Context context, Run run);
  task<void> requireCart(rpc::Context context, std::string cart_id);

  task<CancelPlan> planCancellation(rpc::Context context, Wish wish);
  task<v1::CancelResponse> cancel(rpc::Context context, Wish wish);

  /// What a call does to its parcel, in its transaction; run again from the start when the transaction is.
  using MoveParcel = std::function<task<Fulfilment>(store::Transaction&, Fulfilment)>;
  task<Fulfilment> pack(store::Transaction& in, const v1::CreateFulfilmentRequest& request, std::string id,
                        const rpc::Context& context);
  static task<Fulfilment> requireParcel(store::Statements& in, std::string id, const rpc::Context& context);
  task<v1::Fulfilment> moveParcel(rpc::Context context, std::string id, MoveParcel move);

  task<std::optional<OrderRecord>> findOrder(std::string id);
  /// The order that the caller may see: its owner's, or by its token; NOT_FOUND alike for all others.
  task<OrderRecord> ownOrder(rpc::Context context, std::string number, std::string token);

  /// Drives `checkout`, whose lease this call has just taken.
  task<Run> driveTaken(rpc::Context context, Checkout checkout, bool buyer);
  /// Waits for somebody else's drive; false when this call has no time left.
  task<bool> waitFor(rpc::Context context, std::string checkout_id, SteadyTime latest);
  SteadyTime latestOf(const rpc::Context& context) const;
  task<v1::GetInvariantsResponse> checkShop(rpc::Context context, Moment moment);

  Parts parts_;
};

}  // namespace kontor::order
