#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chassis/app/freshness.hpp"
#include "chassis/app/host.hpp"
#include "chassis/bus/bus.hpp"
#include "chassis/bus/relay.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"

namespace kontor::simulation {

/// How a shop is wired. The defaults are the product's own; all else plants a fault that the checks must find.
struct Wiring {
  bool sync = true;          // false: PRAGMA synchronous = OFF
  bool sync_normal = false;  // true: PRAGMA synchronous = NORMAL, which syncs no commit of a write-ahead log
  bool emit_apart = false;   // true: events are emitted in a second transaction, after the effect's own
};

/// One life of a shop's process: every service but the gateway, the embedded bus and the outbox relays, as
/// `app::Process` wires them, on a disk of the simulation.
class ShopHost final : public app::Host {
 public:
  /// `environment` must outlive it. Opens the bus and makes the services; throws what their start throws.
  ShopHost(runtime::Environment& environment, std::string vfs, const Wiring& wiring, std::string_view yaml);
  /// After the executor has dropped its work. Nothing is stopped: a killed process has no time for that.

  /// Starts delivery, relays and services, in the order of a real start.
  task<void> start();

  runtime::Environment& environment() override { return environment_; }
  rpc::Directory& directory() override { return *directory_; }
  bus::Bus& bus() override { return *bus_; }
  const security::Sealer& sealer() override { return sealer_; }
  telemetry::Metrics& metrics() override { return metrics_; }
  telemetry::Log& log() override { return log_; }
  app::Freshness& freshness() override { return freshness_; }
  void settings(std::string_view section, google::protobuf::Message& settings) override;
  const std::filesystem::path& dataFolder() const override { return folder_; }
  std::shared_ptr<store::SqlStore> openStore(std::string_view service,
                                             std::span<const store::Migration> sqlite_migrations) override;

  /// The stores by service; "sandbox" is the payment provider's own.
  const std::map<std::string, std::shared_ptr<store::SqlStore>>& stores() const { return stores_; }

 private:
  runtime::Environment& environment_;
  std::string vfs_;
  Wiring wiring_;
  std::filesystem::path folder_ = "/data";
  config::Config config_;
  security::Sealer sealer_;
  telemetry::Log log_;
  telemetry::Metrics metrics_;
  app::Freshness freshness_;
  std::unique_ptr<rpc::Directory> directory_;
  std::map<std::string, std::shared_ptr<store::SqlStore>> stores_;
  std::unique_ptr<bus::Bus> bus_;
  std::vector<std::unique_ptr<bus::Relay>> relays_;
  std::vector<std::unique_ptr<app::Module>> modules_;
};

}  // namespace kontor::simulation
