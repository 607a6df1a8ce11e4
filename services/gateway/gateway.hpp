#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chassis/http/server.hpp"
#include "services/gateway/authenticator.hpp"
#include "services/gateway/kept_answers.hpp"
#include "services/gateway/route.hpp"
#include "services/gateway/router.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::telemetry {
class Log;
class Metrics;
}  // namespace kontor::telemetry

namespace kontor::gateway {

class RequestMetrics;

/// What the chain needs to know of the settings.
struct GatewayOptions {
  Duration call_timeout = std::chrono::seconds(10);
  std::int64_t max_body = 1024 * 1024;
  std::vector<std::string> cors_origins;
  bool hsts = false;
  double trace_share = 0;
  /// Of the server that hands requests in, and memory for the answers that are kept for all of them.
  std::size_t loops = 1;
  std::size_t cache_bytes = 0;
};

/// The shop's public face: every request of every surface passes through here, in the order that README.md names.
///
/// Thread-safe: runs on every loop at once and shares nothing that changes but metrics and the calls for answers that
/// are kept.
class Gateway final : public http::Handler {
 public:
  /// All references outlive the gateway.
  Gateway(runtime::Environment& environment, telemetry::Log& log, telemetry::Metrics& metrics,
          app::Freshness& freshness, std::unique_ptr<Authenticator> authenticator, GatewayOptions options);
  ~Gateway() override;

  /// Before the first request only.
  void add(std::unique_ptr<Route> route);

  http::BodyPolicy head(const http::RequestHead& head) override;
  task<http::Response> handle(http::Request request) override;
  void refusing(const http::RequestHead& head, const Error& error, http::Response& response) override;
  void noteRefusal(int status, std::string_view why) override;

 private:
  struct Exchange;

  Exchange begin(const http::RequestHead& head, const Route* route);
  void decide(const http::RequestHead& head, Exchange& exchange, http::BodyPolicy& policy);
  /// Both are awaited by `handle`, whose frame holds what the pointers show.
  task<http::Response> call(http::Request* request, const Exchange* exchange);
  task<std::shared_ptr<KeptAnswer>> callForAll(http::Request* request, const Exchange* exchange);
  task<rpc::Principal> callerOf(const http::Request* request, const Exchange* exchange);
  rpc::Context contextOf(const http::Request& request, const Exchange& exchange, rpc::Principal caller,
                         std::string file_print) const;
  http::Response problem(const http::RequestHead& head, const Exchange& exchange, const Error& error) const;
  http::Response preflight(const http::RequestHead& head, const std::string& allow) const;
  void finish(const http::RequestHead& head, const Exchange& exchange, http::Response& response);
  void allowOrigin(const http::RequestHead& head, http::Response& response) const;

  runtime::Environment& environment_;
  telemetry::Log& log_;
  std::unique_ptr<RequestMetrics> metrics_;
  std::unique_ptr<Authenticator> authenticator_;
  GatewayOptions options_;
  std::string common_lines_;  // headers of every answer
  std::vector<std::unique_ptr<Route>> routes_;
  Router router_;
  KeptAnswers kept_;
};

}  // namespace kontor::gateway
