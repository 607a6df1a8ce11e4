#include "chassis/app/operations.hpp"

#include "chassis/http/problem.hpp"
#include "chassis/http/server.hpp"
#include "chassis/telemetry/metrics.hpp"

namespace kontor::app {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr Duration kCloseTime = std::chrono::seconds(1);

class OperationsHandler final : public http::Handler {
 public:
  explicit OperationsHandler(telemetry::Metrics& metrics) : metrics_(metrics) {}

  http::BodyPolicy head(const http::RequestHead&) override { return {}; }

  task<http::Response> handle(http::Request request) override {
    if (request.method() != "GET" && request.method() != "HEAD") {
      co_return http::problemResponse(
          Error(Code::kUnimplemented, "METHOD_NOT_ALLOWED", "this port is only read from").withStatus(405));
    }
    co_return answer(request.path());
  }

  std::atomic<bool> ready = false;

 private:
  http::Response answer(std::string_view path) const {
    if (path == "/livez") return {200, kPlain, "alive\n"};
    if (path == "/readyz")
      return ready ? http::Response(200, kPlain, "ready\n") : http::Response(503, kPlain, "not ready\n");
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.expose()};
    if (path == "/buildinfo")
      return {200, "application/json", R"({"name":"kontor","version":")" KONTOR_VERSION R"("})"};
    return http::problemResponse(notFound("page", path));
  }

  telemetry::Metrics& metrics_;
};

}  // namespace

struct Operations::Impl {
  Impl(runtime::RealEnvironment& environment, telemetry::Metrics& metrics, http::ServerSettings settings)
      : handler(metrics), server(environment, std::move(settings), handler) {}

  OperationsHandler handler;
  http::Server server;
};

Operations::Operations(runtime::RealEnvironment& environment, telemetry::Metrics& metrics, std::string address,
                       int port) {
  http::ServerSettings settings;
  settings.address = std::move(address);
  settings.port = port;
  settings.connections = 100;
  impl_ = std::make_unique<Impl>(environment, metrics, std::move(settings));
  impl_->server.start();
}

Operations::~Operations() = default;

void Operations::setReady(bool ready) { impl_->handler.ready = ready; }

std::string Operations::url() const { return impl_->server.url(); }

task<void> Operations::close() { co_await impl_->server.drain(kCloseTime); }

}  // namespace kontor::app
