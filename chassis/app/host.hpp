#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "chassis/rpc/directory.hpp"
#include "chassis/runtime/task.hpp"

namespace google::protobuf {
class Message;
}
namespace kontor::bus {
class Bus;
}
namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}
namespace kontor::store {
struct Migration;
class SqlStore;
}  // namespace kontor::store
namespace kontor::telemetry {
class Log;
class Metrics;
}  // namespace kontor::telemetry

namespace kontor::app {

class Freshness;

/// What a process lends each of its services: the machine, settings, stores, events, and the other services.
///
/// Real in `kontor serve`, simulated in tests. Outlives the modules made with it. Used while modules are made, on one
/// thread; the things it hands out follow their own thread rules.
class Host {
 public:
  virtual ~Host() = default;

  virtual runtime::Environment& environment() = 0;
  virtual rpc::Directory& directory() = 0;
  virtual bus::Bus& bus() = 0;
  virtual const security::Sealer& sealer() = 0;
  virtual telemetry::Metrics& metrics() = 0;
  virtual telemetry::Log& log() = 0;
  /// When what the stores of this process hold was last changed, for who keeps answers. The stores note it themselves.
  virtual Freshness& freshness() = 0;

  /// Fills `settings` from the configuration's section of the service; faults are collected and end the start.
  virtual void settings(std::string_view section, google::protobuf::Message& settings) = 0;

  /// Opens the service's own store, brings its schema up to date, and relays its outbox to the bus.
  virtual std::shared_ptr<store::SqlStore> openStore(std::string_view service,
                                                     std::span<const store::Migration> sqlite_migrations) = 0;

  /// The folder for files of this process ("data"): spooled uploads, media, the sandbox's ledger.
  virtual const std::filesystem::path& dataFolder() const = 0;
};

/// One service of a process. Made by the service's `makeModule(Host&)`, which opens its store, makes its handlers,
/// provides its contract in the directory, and subscribes its consumers.
class Module {
 public:
  virtual ~Module() = default;
  virtual std::string_view name() const = 0;
  /// Where the module serves the public ("http://127.0.0.1:8080"); empty for one that does not.
  virtual std::string url() const { return {}; }
  /// Begins background work: sagas left by a crash, sweeps. All services of the process are bound by then.
  virtual task<void> start() { co_return; }
  /// Ends background work; returns when none runs. In-flight calls have ended by then.
  virtual task<void> stop() { co_return; }
};

}  // namespace kontor::app
