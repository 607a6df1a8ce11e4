#include "services/gateway/module.hpp"

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/http/server.hpp"
#include "chassis/runtime/descriptors.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "services/gateway/follow_changes.hpp"
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
  return server;
}

// What connections may not take: the stores' files on every thread that reads, spooled bodies, calls of our own.
constexpr std::int64_t kDescriptorsForAll = 64;
constexpr std::int64_t kDescriptorsForThread = 24;
constexpr std::int64_t kThreadsBesideLoops = 3;
constexpr std::int64_t kConnectionsMin = 8;

// Without a reserve, the last descriptors would go to idle connections, and a store could not open its files.
int connectionsWithin(std::int64_t limit, std::int64_t loops, int wanted) {
  const std::int64_t reserve = kDescriptorsForAll + kDescriptorsForThread * (loops + kThreadsBesideLoops);
  return static_cast<int>(std::min<std::int64_t>(wanted, std::max(limit - reserve, kConnectionsMin)));
}

/// Sockets are real: the gateway has no place in the simulation, which calls contracts itself.
runtime::RealEnvironment& realEnvironment(app::Host& host) {
  auto* real = dynamic_cast<runtime::RealEnvironment*>(&host.environment());
  KONTOR_ASSERT(real != nullptr, "the gateway needs a real environment");
  return *real;
}

GatewayOptions gatewayOptions(const GatewaySettings& settings, app::Host& host) {
  GatewayOptions options;
  options.call_timeout = config::durationOf(settings.call_timeout());
  options.max_body = settings.max_body();
  options.cors_origins.assign(settings.cors_origins().begin(), settings.cors_origins().end());
  options.hsts = settings.hsts();
  options.trace_share = settings.trace_share();
  options.loops = realEnvironment(host).loops().size();
  options.cache_bytes = static_cast<std::size_t>(settings.cache_bytes());
  return options;
}

std::vector<std::string> mediaFolders(const GatewaySettings& settings, const app::Host& host) {
  std::vector<std::string> folders{host.dataFolder() / "media"};
  folders.insert(folders.end(), settings.media().begin(), settings.media().end());
  return folders;
}

http::ServerSettings limited(http::ServerSettings server, const GatewaySettings& settings, app::Host& host) {
  const auto loops = static_cast<std::int64_t>(realEnvironment(host).loops().size());
  const std::int64_t descriptors = runtime::raiseDescriptorLimit();
  server.connections = connectionsWithin(descriptors, loops, settings.max_connections());
  if (server.connections < settings.max_connections())
    host.log().warn("fewer connections than gateway.max_connections: this process may open only " +
                    std::to_string(descriptors) + " files and sockets, which leaves " +
                    std::to_string(server.connections) + " connections; raise the limit (ulimit -n)");
  return server;
}

class GatewayModule final : public app::Module {
 public:
  GatewayModule(app::Host& host, const GatewaySettings& settings)
      : drain_(config::durationOf(settings.drain())),
        gateway_(host.environment(), host.log(), host.metrics(), host.freshness(),
                 contractAuthenticator(host.directory()), gatewayOptions(settings, host)),
        server_(realEnvironment(host), limited(serverSettings(settings, host), settings, host), gateway_) {
    std::set<std::string> topics;
    for (auto& route : routesOf(publicContracts(host.directory()), host.dataFolder() / "spool")) {
      if (route->staleness) topics.insert(route->staleness->topics().begin(), route->staleness->topics().end());
      gateway_.add(std::move(route));
    }
    followChanges(host.bus(), host.freshness(), topics, host.environment().newId("gateway_"));
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
