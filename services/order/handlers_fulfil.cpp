#include "chassis/base/error.hpp"
#include "services/order/handlers.hpp"

namespace kontor::order {
namespace {

Error notYet() { return Error(Code::kUnimplemented, "orders cannot be shipped yet"); }

}  // namespace

task<v1::Fulfilment> Handlers::CreateFulfilment(rpc::Context, v1::CreateFulfilmentRequest) { throw notYet(); }
task<v1::Fulfilment> Handlers::ShipFulfilment(rpc::Context, v1::ShipFulfilmentRequest) { throw notYet(); }
task<v1::Fulfilment> Handlers::DeliverFulfilment(rpc::Context, v1::DeliverFulfilmentRequest) { throw notYet(); }
task<v1::Fulfilment> Handlers::CancelFulfilment(rpc::Context, v1::CancelFulfilmentRequest) { throw notYet(); }

}  // namespace kontor::order
