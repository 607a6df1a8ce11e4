#pragma once

#include <memory>

#include "kontor/cart/v1/cart.kontor.hpp"
#include "services/cart/parts.hpp"

namespace kontor::cart {

/// The contract of cart. Thread-safe.
class Handlers final : public v1::Carts {
 public:
  explicit Handlers(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

  task<v1::Cart> CreateCart(rpc::Context context, v1::CreateCartRequest request) override;
  task<v1::Cart> GetCart(rpc::Context context, v1::GetCartRequest request) override;
  task<v1::Cart> UpdateCart(rpc::Context context, v1::UpdateCartRequest request) override;
  task<v1::Cart> AddLine(rpc::Context context, v1::AddLineRequest request) override;
  task<v1::Cart> UpdateLine(rpc::Context context, v1::UpdateLineRequest request) override;
  task<v1::Cart> RemoveLine(rpc::Context context, v1::RemoveLineRequest request) override;
  task<v1::ListShippingOptionsResponse> ListShippingOptions(rpc::Context context,
                                                            v1::ListShippingOptionsRequest request) override;
  task<v1::Cart> SetShipping(rpc::Context context, v1::SetShippingRequest request) override;
  task<v1::ListPaymentMethodsResponse> ListPaymentMethods(rpc::Context context,
                                                          v1::ListPaymentMethodsRequest request) override;
  task<v1::ListRegionsResponse> ListRegions(rpc::Context context, v1::ListRegionsRequest request) override;
  task<v1::LockResponse> Lock(rpc::Context context, v1::LockRequest request) override;
  task<v1::ReopenResponse> Reopen(rpc::Context context, v1::ReopenRequest request) override;
  task<v1::CloseResponse> Close(rpc::Context context, v1::CloseRequest request) override;
  task<v1::GetLocksResponse> GetLocks(rpc::Context context, v1::GetLocksRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;

 private:
  std::shared_ptr<const Parts> parts_;
};

}  // namespace kontor::cart
