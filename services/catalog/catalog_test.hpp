#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chassis/app/host.hpp"
#include "chassis/base/error.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "chassis/testing/test_host.hpp"
#include "chassis/testing/worlds.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"

namespace kontor::catalog {

inline const std::string kClassic =
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,"
    "Variant Taxable,Image Src,Image Position,Google Shopping / MPN\n";

/// A row of the classic header: a product without options, in stock.
inline std::string row(const std::string& handle, const std::string& sku, const std::string& price = "3.00") {
  return handle + ",The " + handle + ",,Kontor,Tee,,true,,," + sku + ",10,shopify,5,deny," + price + ",,true,,,\n";
}

/// Inventory as catalog sees it: keeps what SetStock said, by the same rules. One thread at a time.
class FakeInventory final : public inventory::v1::Inventory {
 public:
  task<inventory::v1::GetAvailabilityResponse> GetAvailability(rpc::Context,
                                                               inventory::v1::GetAvailabilityRequest request) override {
    ++questions;
    inventory::v1::GetAvailabilityResponse response;
    for (const std::string& sku : request.sku()) {
      auto& availability = *response.add_availability();
      availability.set_sku(sku);
      const auto line = stock.find(sku);
      if (line == stock.end()) {
        availability.set_available(0);
      } else if (line->second.tracked() && !line->second.backorder()) {
        availability.set_available(line->second.quantity());
      }
    }
    co_return response;
  }

  task<inventory::v1::SetStockResponse> SetStock(rpc::Context, inventory::v1::SetStockRequest request) override {
    ++calls;
    if (before_set_stock) {
      const auto hook = std::exchange(before_set_stock, nullptr);
      task<void> work = hook();
      co_await work;
    }
    for (const auto& line : request.lines()) {
      const auto known = stock.find(line.sku());
      auto& kept = stock[line.sku()];
      const std::int64_t before = kept.quantity();
      kept = line;
      if (known != stock.end() && !request.overwrite()) kept.set_quantity(before);
    }
    reasons.push_back(request.reason());
    co_return inventory::v1::SetStockResponse();
  }

  task<inventory::v1::ReserveResponse> Reserve(rpc::Context, inventory::v1::ReserveRequest) override {
    throw unasked();
  }
  task<inventory::v1::CommitResponse> Commit(rpc::Context, inventory::v1::CommitRequest) override { throw unasked(); }
  task<inventory::v1::ReleaseResponse> Release(rpc::Context, inventory::v1::ReleaseRequest) override {
    throw unasked();
  }
  task<inventory::v1::ShipResponse> Ship(rpc::Context, inventory::v1::ShipRequest) override { throw unasked(); }
  task<inventory::v1::ListLevelsResponse> ListLevels(rpc::Context, inventory::v1::ListLevelsRequest) override {
    throw unasked();
  }
  task<inventory::v1::GetLevelsResponse> GetLevels(rpc::Context, inventory::v1::GetLevelsRequest request) override {
    inventory::v1::GetLevelsResponse response;
    for (const std::string& sku : request.skus()) {
      const auto line = stock.find(sku);
      if (line == stock.end()) continue;
      inventory::v1::Level& level = *response.add_levels();
      level.set_sku(sku);
      level.set_location("main");
      level.set_tracked(line->second.tracked());
      level.set_backorder(line->second.backorder());
      level.set_on_hand(line->second.quantity());
    }
    co_return response;
  }
  task<inventory::v1::Level> AdjustStock(rpc::Context, inventory::v1::AdjustStockRequest) override { throw unasked(); }
  task<inventory::v1::ListMovementsResponse> ListMovements(rpc::Context, inventory::v1::ListMovementsRequest) override {
    throw unasked();
  }
  task<inventory::v1::ListReservationsResponse> ListReservations(rpc::Context,
                                                                 inventory::v1::ListReservationsRequest) override {
    throw unasked();
  }
  task<inventory::v1::GetReservationsResponse> GetReservations(rpc::Context,
                                                               inventory::v1::GetReservationsRequest) override {
    throw unasked();
  }
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) override {
    throw unasked();
  }

  std::map<std::string, inventory::v1::StockLine> stock;
  std::vector<std::string> reasons;
  std::function<task<void>()> before_set_stock;  // once, in the next call
  int calls = 0;
  int questions = 0;  // GetAvailability

 private:
  static Error unasked() { return Error(Code::kInternal, "catalog does not ask inventory for this"); }
};

struct ImportWish {
  bool dry_run = false;
  bool track_all = false;
  bool set_stock = false;
  std::string blob;  // a file in the spool folder instead of inline data
};

/// The catalog service alone in a world, with its neighbour faked.
class CatalogShop {
 public:
  explicit CatalogShop(std::string yaml = {}, std::unique_ptr<testing::World> world = testing::simulatedWorld(7));
  ~CatalogShop();

  /// Starts the service on the data of its past life.
  void restart();
  /// Runs `work` in the world and returns what it returns.
  template <class T>
  T get(task<T> work) {
    std::optional<T> result;
    world_->run(into(std::move(work), result));
    return std::move(*result);
  }
  void run(task<void> work) { world_->run(std::move(work)); }

  /// Imports a file and waits for the end of the job.
  v1::ImportJob import(const std::string& csv, ImportWish wish = {});
  task<v1::ImportJob> importTask(std::string csv, ImportWish wish);
  task<v1::ImportJob> finished(v1::ImportJob job);
  v1::ImportProductsRequest request(const std::string& csv, const ImportWish& wish) const;

  v1::Product product(const std::string& handle, const std::string& currency = {});
  v1::ListProductsResponse list(int size, const std::string& token = {}, const std::string& category = {});
  v1::Variant setPrice(const std::string& variant, std::int64_t amount, const std::string& currency = "EUR");
  /// The events emitted since the last call, as "type subject".
  std::vector<std::string> events();
  void edit(const std::string& sql);
  std::int64_t count(const std::string& sql);

  testing::TestHost& host() { return *host_; }
  FakeInventory& inventory() { return *inventory_; }
  v1::Catalog& catalog() { return *catalog_; }
  app::Module& module() { return *module_; }
  std::filesystem::path spool() const { return folder_.path() / "spool"; }
  static rpc::Context staff() { return rpc::Context::forService("test"); }

 private:
  template <class T>
  static task<void> into(task<T> work, std::optional<T>& result) {
    result.emplace(co_await work);
  }
  void open();

  testing::TemporaryFolder folder_;
  std::string yaml_;
  std::unique_ptr<testing::World> world_;
  std::shared_ptr<FakeInventory> inventory_ = std::make_shared<FakeInventory>();
  std::unique_ptr<testing::TestHost> host_;
  std::unique_ptr<app::Module> module_;
  std::shared_ptr<v1::Catalog> catalog_;
};

/// The error that `call` ends with; a failure of the test when it does not.
Error errorOf(const std::function<void()>& call);

}  // namespace kontor::catalog
