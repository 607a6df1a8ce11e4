#include "services/gateway/gateway.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "chassis/base/error.hpp"
#include "chassis/http/problem.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/telemetry/log.hpp"
#include "services/gateway/request_headers.hpp"
#include "services/gateway/request_metrics.hpp"
#include "services/gateway/rest.hpp"

namespace kontor::gateway {
namespace {

// An API's answers are data: nothing may be loaded or framed by them.
constexpr std::string_view kSecurityHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";
// Whether pages of other origins may embed answers (pictures): only where they may call at all.
constexpr std::string_view kOwnOrigin = "Cross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view kAnyOrigin = "Cross-Origin-Resource-Policy: cross-origin\r\n";
constexpr std::string_view kApiPolicy = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view kHsts = "Strict-Transport-Security: max-age=31536000\r\n";

Error internalFailure(const std::exception& failure) { return Error(Code::kInternal, failure.what()); }

}  // namespace

/// What is known of one request on its way through the chain.
struct Gateway::Exchange {
  const Route* route;
  telemetry::TraceContext trace;
  std::string request_id;
  SteadyTime began;
};

Gateway::Gateway(runtime::Environment& environment, telemetry::Log& log, telemetry::Metrics& metrics,
                 app::Freshness& freshness, std::unique_ptr<Authenticator> authenticator, GatewayOptions options)
    : environment_(environment),
      log_(log),
      metrics_(std::make_unique<RequestMetrics>(metrics)),
      authenticator_(std::move(authenticator)),
      options_(std::move(options)),
      kept_(freshness, metrics, options_.loops, options_.cache_bytes) {
  common_lines_.append(kSecurityHeaders).append(options_.cors_origins.empty() ? kOwnOrigin : kAnyOrigin);
  if (options_.hsts) common_lines_.append(kHsts);
}

Gateway::~Gateway() = default;

void Gateway::add(std::unique_ptr<Route> route) {
  router_.add(route->verb, route->path, route.get());
  metrics_->know(*route);
  routes_.push_back(std::move(route));
}

Gateway::Exchange Gateway::begin(const http::RequestHead& head, const Route* route) {
  Exchange exchange{route, traceOf(head, environment_, options_.trace_share), {}, runtime::Executor::current().now()};
  exchange.request_id = requestIdOf(head, exchange.trace);
  return exchange;
}

http::BodyPolicy Gateway::head(const http::RequestHead& head) {
  http::BodyPolicy policy;
  if (KeptAnswers::concerns(head)) {
    if (const KeptAnswer* kept = kept_.find(head, runtime::Executor::current().now())) {
      const Exchange exchange = begin(head, kept->route);
      policy.answer = showAnswer(*kept, head);
      finish(head, exchange, *policy.answer);
      return policy;
    }
  }
  const RouteMatch match = router_.match(head.method, head.path);
  policy.tag = match.route;
  if (match.route != nullptr && match.route->method != nullptr &&
      match.route->method->access.rule == rpc::Access::Rule::kAnyone) {
    policy.spool = match.route->method->file_body;
    policy.most_bytes = match.route->method->max_body > 0 ? match.route->method->max_body : options_.max_body;
    return policy;  // the common way needs nothing before the body
  }
  Exchange exchange = begin(head, match.route);
  try {
    if (match.route == nullptr && match.allow.empty() && head.target != "*") throw notFound("path", head.path);
    if (match.route == nullptr && head.method == "OPTIONS") {
      policy.answer = preflight(head, match.allow);
    } else if (match.route == nullptr) {
      policy.answer =
          problem(head, exchange,
                  Error(Code::kUnimplemented, "METHOD_NOT_ALLOWED", "this path knows " + match.allow).withStatus(405));
      policy.answer->add("Allow", match.allow);
    } else {
      decide(head, exchange, policy);
    }
  } catch (const Error& error) {
    policy.answer = problem(head, exchange, error);
  }
  if (policy.answer) finish(head, exchange, *policy.answer);
  return policy;
}

/// A page is answered at once; a caller who must log in is told before the body is read.
void Gateway::decide(const http::RequestHead& head, Exchange& exchange, http::BodyPolicy& policy) {
  const Route& route = *exchange.route;
  if (route.method == nullptr) {
    policy.answer = route.page(head, variablesOf(route.path, head.path));
    return;
  }
  policy.spool = route.method->file_body;
  policy.most_bytes = route.method->max_body > 0 ? route.method->max_body : options_.max_body;
  if (!bearerToken(head)) requireAccess(route.method->access, rpc::Principal());
}

task<http::Response> Gateway::handle(http::Request request) {
  const Exchange exchange = begin(request.head(), static_cast<const Route*>(request.tag));
  http::Response response;
  try {
    task<http::Response> calling = call(&request, &exchange);
    response = co_await calling;
  } catch (const Error& error) {
    response = problem(request.head(), exchange, error);
  } catch (const std::exception& failure) {
    response = problem(request.head(), exchange, internalFailure(failure));
  }
  finish(request.head(), exchange, response);
  co_return response;
}

task<http::Response> Gateway::call(http::Request* request, const Exchange* exchange) {
  const Route& route = *exchange->route;
  if (route.staleness && KeptAnswers::concerns(request->head())) {
    KeptAnswers::Make make = [this, request, exchange] { return callForAll(request, exchange); };
    task<KeptAnswers::Answer> getting = kept_.get(&request->head(), std::move(make));
    const KeptAnswers::Answer kept = co_await getting;
    co_return showAnswer(*kept, request->head());
  }
  task<rpc::Principal> asking = callerOf(request, exchange);
  rpc::Principal caller = co_await asking;
  requireAccess(route.method->access, caller);
  std::string file_print;
  if (request->body.spooled()) file_print = co_await filePrintOf(*request);
  rpc::Context context = contextOf(*request, *exchange, std::move(caller), std::move(file_print));
  rpc::MessagePtr message = readRequest(route, *request);
  task<rpc::MessagePtr> calling = route.method->invoke(*route.service, std::move(context), std::move(message));
  const rpc::MessagePtr answer = co_await calling;
  co_return writeAnswer(route, *answer, request->head());
}

/// A call on behalf of everybody who asks the same.
task<std::shared_ptr<KeptAnswer>> Gateway::callForAll(http::Request* request, const Exchange* exchange) {
  const Route& route = *exchange->route;
  rpc::Context context = contextOf(*request, *exchange, rpc::Principal(), std::string());
  rpc::MessagePtr message = readRequest(route, *request);
  task<rpc::MessagePtr> calling = route.method->invoke(*route.service, std::move(context), std::move(message));
  const rpc::MessagePtr answer = co_await calling;
  co_return keptAnswer(route, *answer);
}

/// Who calls: anonymous without a token; a token that is not valid is refused even where none is needed.
task<rpc::Principal> Gateway::callerOf(const http::Request* request, const Exchange* exchange) {
  std::optional<std::string> token = bearerToken(request->head());
  if (!token) co_return rpc::Principal();
  rpc::Context::Data data;
  data.trace = exchange->trace;
  data.request_id = exchange->request_id;
  data.deadline = exchange->began + options_.call_timeout;
  task<std::optional<rpc::Principal>> asking =
      authenticator_->authenticate(rpc::Context(std::move(data)), std::move(*token));
  std::optional<rpc::Principal> caller = co_await asking;
  if (!caller) {
    throw Error(Code::kUnauthenticated, "INVALID_TOKEN", "the token is unknown or has expired: log in again");
  }
  co_return std::move(*caller);
}

rpc::Context Gateway::contextOf(const http::Request& request, const Exchange& exchange, rpc::Principal caller,
                                std::string file_print) const {
  const rpc::Method& method = *exchange.route->method;
  const Duration timeout =
      method.timeout_ms > 0 ? Duration(std::chrono::milliseconds(method.timeout_ms)) : options_.call_timeout;
  rpc::Context::Data data;
  data.deadline = exchange.began + timeout;
  data.trace = exchange.trace;
  data.request_id = exchange.request_id;
  data.locale = localeOf(request.head());
  if (exchange.route->verb != "GET") {
    data.expected_version = expectedVersion(request.head());
    if (method.idempotent) {
      data.idempotency = idempotencyOf(request, caller, method.full_name, std::move(file_print));
    }
  }
  data.principal = std::move(caller);
  return rpc::Context(std::move(data));
}

http::Response Gateway::problem(const http::RequestHead& head, const Exchange& exchange, const Error& error) const {
  if (error.status() >= 500) {
    log_.error("a request failed", error,
               {{"http.request.method", head.method},
                {"http.route", exchange.route != nullptr ? std::string_view(exchange.route->path) : "unknown"},
                {"http.response.status_code", error.status()}},
               exchange.trace);
  }
  http::Response response = http::problemResponse(error, {head.path, exchange.trace.traceId()});
  response.add("Cache-Control", "no-store");
  if (error.status() == 401) {
    response.add("WWW-Authenticate", head.find("Authorization") ? "Bearer realm=\"kontor\", error=\"invalid_token\""
                                                                : "Bearer realm=\"kontor\"");
  }
  return response;
}

/// OPTIONS, also as a browser's question before a call from another origin.
http::Response Gateway::preflight(const http::RequestHead& head, const std::string& allow) const {
  http::Response response(204);
  response.add("Allow", allow.empty() ? "OPTIONS" : allow);
  if (head.find("Access-Control-Request-Method")) {
    response.add("Access-Control-Allow-Methods", allow);
    response.add("Access-Control-Allow-Headers",
                 "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, traceparent");
    response.add("Access-Control-Max-Age", "600");
  }
  return response;
}

void Gateway::allowOrigin(const http::RequestHead& head, http::Response& response) const {
  if (options_.cors_origins.empty()) return;
  response.add("Vary", "Origin");
  const auto origin = head.find("Origin");
  const auto& allowed = options_.cors_origins;
  if (!origin || std::find(allowed.begin(), allowed.end(), *origin) == allowed.end()) return;
  response.add("Access-Control-Allow-Origin", *origin);
  response.add("Access-Control-Expose-Headers", "ETag, X-Request-Id, traceparent, Retry-After");
}

/// What every answer carries, and what it leaves behind.
void Gateway::finish(const http::RequestHead& head, const Exchange& exchange, http::Response& response) {
  // Both are plain by the way they were made.
  response.header_lines.append("X-Request-Id: ").append(exchange.request_id);
  response.header_lines.append("\r\ntraceparent: ").append(exchange.trace.traceparent()).append("\r\n");
  response.header_lines.append(common_lines_);
  const bool page = exchange.route != nullptr && exchange.route->method == nullptr;
  if (!page || !response.find("Content-Security-Policy")) response.header_lines.append(kApiPolicy);
  allowOrigin(head, response);
  const auto took = std::chrono::duration<double>(runtime::Executor::current().now() - exchange.began);
  metrics_->record(exchange.route, response.status, took.count());
  if (log_.enabled(telemetry::Level::kDebug)) {
    log_.debug("request",
               {{"http.request.method", head.method},
                {"http.route", exchange.route != nullptr ? std::string_view(exchange.route->path) : "unknown"},
                {"http.response.status_code", response.status},
                {"event.duration", static_cast<std::int64_t>(took.count() * 1e9)}},
               exchange.trace);
  }
}

void Gateway::refusing(const http::RequestHead& head, const Error& error, http::Response& response) {
  const Exchange exchange = begin(head, nullptr);
  response = problem(head, exchange, error);
  finish(head, exchange, response);
}

void Gateway::noteRefusal(int status, std::string_view why) {
  metrics_->record(nullptr, status, 0);
  const auto level = status >= 500 || status == 0 ? telemetry::Level::kWarn : telemetry::Level::kDebug;
  log_.write(level, "a connection or request was refused before it was read",
             {{"http.response.status_code", status}, {"error.message", why}});
}

}  // namespace kontor::gateway
