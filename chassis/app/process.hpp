#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/app/host.hpp"
#include "chassis/app/settings.pb.h"

namespace kontor::config {
class Config;
}

namespace kontor::app {

/// A service that a process may host.
struct ModuleKind {
  std::string_view name;  // "order": its name in `process.services`, its section, its store
  std::unique_ptr<Module> (*make)(Host& host);
  /// An empty message of the service's settings.
  std::unique_ptr<google::protobuf::Message> (*settings)();
};

/// Reads every section of the configuration that a process with these services reads, and opens nothing: what
/// `kontor check-config` does. Faults are left for `config.finish()`.
void readSettings(config::Config& config, std::span<const ModuleKind> kinds);

/// The real host: puts the chosen services into this process on embedded stores, and starts, drains and stops them.
///
/// Life: construct (opens the data folder, makes the modules, checks the whole configuration), `start`, `stop`. Each
/// throws Error with what to do about it. Used by main() alone, on one thread.
class Process final : public Host {
 public:
  /// `kinds` in the order in which services are made; they are stopped in the opposite order.
  Process(config::Config& config, std::span<const ModuleKind> kinds);
  ~Process() override;

  /// Begins delivery of events and the services' own work, then opens the operations port; ready after that.
  void start();
  /// Says "not ready", ends the services' work, and writes everything down.
  void stop();

  const ProcessSettings& processSettings() const;
  /// Whether this process hosts the service of that name.
  bool hosts(std::string_view service) const;
  /// Where the public reaches this process; empty when it hosts no gateway.
  std::string publicUrl() const;
  /// "http://127.0.0.1:9090".
  std::string operationsUrl() const;
  /// Runs `work` on the process's first loop and waits for it.
  void run(task<void> work);

  runtime::Environment& environment() override;
  rpc::Directory& directory() override;
  bus::Bus& bus() override;
  const security::Sealer& sealer() override;
  telemetry::Metrics& metrics() override;
  telemetry::Log& log() override;
  Freshness& freshness() override;
  void settings(std::string_view section, google::protobuf::Message& settings) override;
  std::shared_ptr<store::SqlStore> openStore(std::string_view service,
                                             std::span<const store::Migration> sqlite_migrations) override;
  const std::filesystem::path& dataFolder() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::app
