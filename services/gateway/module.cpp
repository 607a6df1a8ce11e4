#include "services/gateway/module.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/http/server.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "services/gateway/gateway.hpp"
#include "services/gateway/pages.hpp"
#include "services/gateway/settings.pb.h"

namespace kontor::gateway {
namespace {

http::ServerSettings serverSettings(const GatewaySettings& settings, const app::Host& host) {
  http::ServerSettings server;
  server.address = settings.address();
  server.port = settings.port();
  server.headers = settings.max_headers();
  server.header_bytes = settings.max_header_bytes();
  server.target_bytes = settings.max_target_bytes();
  server.memory_bytes = settings.memory_body();
  server.spool_folder = host.dataFolder() / "spool";
  server.header_time = config::durationOf(settings.header_timeout());
  server.idle_time = config::durationOf(settings.idle_timeout());
  server.bytes_per_second = settings.min_bytes_per_second();
  server.connections = settings.max_connections();
  return server;
}

GatewayOptions gatewayOptions(const GatewaySettings& settings) {
  GatewayOptions options;
  options.call_timeout = config::durationOf(settings.call_timeout());
  options.max_body = settings.max_body();
  options.cors_origins.assign(settings.cors_origins().begin(), settings.cors_origins().end());
  options.hsts = settings.hsts();
  options.trace_share = settings.trace_share();
  return options;
}

std::vector<std::string> mediaFolders(const GatewaySettings& settings, const app::Host& host) {
  std::vector<std::string> folders{host.dataFolder() / "media"};
  folders.insert(folders.end(), settings.media().begin(), settings.media().end());
  return folders;
}

/// Sockets are real: the gateway has no place in the simulation, which calls contracts itself.
runtime::RealEnvironment& realEnvironment(app::Host& host) {
  auto* real = dynamic_cast<runtime::RealEnvironment*>(&host.environment());
  KONTOR_ASSERT(real != nullptr, "the gateway needs a real environment");
  return *real;
}

class GatewayModule final : public app::Module {
 public:
  GatewayModule(app::Host& host, const GatewaySettings& settings)
      : drain_(config::durationOf(settings.drain())),
        gateway_(host.environment(), host.log(), host.metrics(), contractAuthenticator(host.directory()),
                 gatewayOptions(settings)),
        server_(realEnvironment(host), serverSettings(settings, host), gateway_) {
    for (auto& route : routesOf(publicContracts(host.directory()))) gateway_.add(std::move(route));
    for (auto& route : pageRoutes(KONTOR_VERSION, mediaFolders(settings, host))) gateway_.add(std::move(route));
    connections_ = host.metrics().watch("http_server_connections", "Open connections of the public port.", {},
                                        [this] { return static_cast<double>(server_.connections()); });
  }

  std::string_view name() const override { return "gateway"; }
  std::string url() const override { return server_.url(); }

  task<void> start() override {
    server_.start();
    co_return;
  }

  task<void> stop() override {
    task<bool> draining = server_.drain(drain_);
    co_await draining;
  }

 private:
  Duration drain_;
  Gateway gateway_;
  http::Server server_;
  telemetry::Metrics::Watch connections_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  GatewaySettings settings;
  host.settings("gateway", settings);
  return std::make_unique<GatewayModule>(host, settings);
}

}  // namespace kontor::gateway
