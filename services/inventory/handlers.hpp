#pragma once

#include <memory>

#include "kontor/inventory/v1/inventory.kontor.hpp"

namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
class Transaction;
}  // namespace kontor::store

namespace kontor::inventory {

class Store;

/// The contract of inventory over its store. Thread-safe; what it is made of must outlive it.
class Handlers final : public v1::Inventory {
 public:
  /// `hold_grace`: how long after its end the sweep frees a hold, for the check that it does.
  Handlers(std::shared_ptr<store::SqlStore> database, std::shared_ptr<Store> store, const security::Sealer& sealer,
           Duration hold_grace)
      : database_(std::move(database)), store_(std::move(store)), sealer_(sealer), hold_grace_(hold_grace) {}

  task<v1::GetAvailabilityResponse> GetAvailability(rpc::Context context, v1::GetAvailabilityRequest request) override;
  task<v1::ReserveResponse> Reserve(rpc::Context context, v1::ReserveRequest request) override;
  task<v1::CommitResponse> Commit(rpc::Context context, v1::CommitRequest request) override;
  task<v1::ReleaseResponse> Release(rpc::Context context, v1::ReleaseRequest request) override;
  task<v1::ShipResponse> Ship(rpc::Context context, v1::ShipRequest request) override;
  task<v1::SetStockResponse> SetStock(rpc::Context context, v1::SetStockRequest request) override;
  task<v1::ListLevelsResponse> ListLevels(rpc::Context context, v1::ListLevelsRequest request) override;
  task<v1::GetLevelsResponse> GetLevels(rpc::Context context, v1::GetLevelsRequest request) override;
  task<v1::Level> AdjustStock(rpc::Context context, v1::AdjustStockRequest request) override;
  task<v1::ListMovementsResponse> ListMovements(rpc::Context context, v1::ListMovementsRequest request) override;
  task<v1::ListReservationsResponse> ListReservations(rpc::Context context,
                                                      v1::ListReservationsRequest request) override;
  task<v1::GetReservationsResponse> GetReservations(rpc::Context context, v1::GetReservationsRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;

 private:
  task<bool> reserve(store::Transaction& in, const v1::ReserveRequest& request, std::string actor);
  task<v1::SetStockResponse> setStock(store::Transaction& in, const v1::SetStockRequest& request, std::string actor);
  task<v1::Level> adjust(store::Transaction& in, const v1::AdjustStockRequest& request, const rpc::Context& context);

  std::shared_ptr<store::SqlStore> database_;
  std::shared_ptr<Store> store_;
  const security::Sealer& sealer_;
  Duration hold_grace_;
};

}  // namespace kontor::inventory
