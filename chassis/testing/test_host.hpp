#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chassis/app/freshness.hpp"
#include "chassis/app/host.hpp"
#include "chassis/base/error.hpp"
#include "chassis/bus/bus.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/rpc/face.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"

// Header only, so that chassis/testing does not drag the whole house into every test: a test that includes it DEPENDS
// on app.
namespace kontor::testing {

/// Leaves no trace of calls.
class NoObserver final : public rpc::CallObserver {
 public:
  rpc::Context begin(const rpc::Method&, const rpc::Context& context) override { return context; }
  void end(const rpc::Method&, const rpc::Context&, SteadyTime, const Error*) override {}
};

/// Hands what is published straight to the subscribers, in order, when a test says so.
class HandBus final : public bus::Bus {
 public:
  task<void> publish(std::vector<store::StoredEvent> events) override {
    for (store::StoredEvent& event : events) published.push_back(std::move(event));
    co_return;
  }
  void subscribe(bus::Subscription subscription) override { subscriptions.push_back(std::move(subscription)); }
  void start() override {}
  task<void> stop() override { co_return; }
  bus::Journal& journal() override { throw Error(Code::kUnimplemented, "a bus by hand keeps no journal"); }

  /// Delivers one event to every subscription of its topic and type.
  task<void> deliver(store::StoredEvent event) {
    for (const bus::Subscription& subscription : subscriptions) {
      if (subscription.topic != event.event.topic) continue;
      const auto& types = subscription.types;
      if (!types.empty() && std::find(types.begin(), types.end(), event.event.type) == types.end()) continue;
      co_await subscription.handler(event);
    }
  }

  std::vector<store::StoredEvent> published;
  std::vector<bus::Subscription> subscriptions;
};

/// A host for one service under test: stores in a folder (or on a VFS of the simulation), default settings but for the
/// given ones, the neighbours' fakes in the directory, and no relay.
class TestHost final : public app::Host {
 public:
  /// `yaml` overrides settings: "order:\n  checkout.hold: 20s\n". `environment` and `vfs` must outlive the host.
  TestHost(runtime::Environment& environment, std::filesystem::path folder, const std::string& yaml = {},
           std::string vfs = {})
      : environment_(environment),
        folder_(std::move(folder)),
        vfs_(std::move(vfs)),
        config_(config::Config::parse(yaml, "test", {})),
        sealer_("test", std::string(32, 'k'), environment.random()),
        log_(telemetry::Log::Options{}, telemetry::silentSink(), environment.clock()),
        directory_(std::make_shared<NoObserver>()) {}

  runtime::Environment& environment() override { return environment_; }
  rpc::Directory& directory() override { return directory_; }
  HandBus& bus() override { return bus_; }
  const security::Sealer& sealer() override { return sealer_; }
  telemetry::Metrics& metrics() override { return metrics_; }
  telemetry::Log& log() override { return log_; }
  app::Freshness& freshness() override { return freshness_; }
  void settings(std::string_view section, google::protobuf::Message& settings) override {
    config_.read(section, settings);
  }
  const std::filesystem::path& dataFolder() const override { return folder_; }

  std::shared_ptr<store::SqlStore> openStore(std::string_view service,
                                             std::span<const store::Migration> sqlite_migrations) override {
    store::sqlite::Options options;
    options.service = service;
    options.file = folder_ / (options.service + ".db");
    options.vfs = vfs_;
    std::shared_ptr<store::SqlStore> store =
        store::sqlite::open(environment_, sealer_, std::move(options), sqlite_migrations);
    freshness_.cover(std::string(service));
    store->onCommit([this](const auto& events) { freshness_.note(events); });
    stores[std::string(service)] = store;
    return store;
  }

  /// The stores opened so far, by service.
  std::map<std::string, std::shared_ptr<store::SqlStore>> stores;

 private:
  runtime::Environment& environment_;
  std::filesystem::path folder_;
  std::string vfs_;
  config::Config config_;
  security::Sealer sealer_;
  telemetry::Log log_;
  telemetry::Metrics metrics_;
  app::Freshness freshness_;
  rpc::Directory directory_;
  HandBus bus_;
};

}  // namespace kontor::testing
