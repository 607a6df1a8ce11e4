#include "services/gateway/request_headers.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/tokens.hpp"

namespace kontor::gateway {
namespace {

constexpr std::size_t kLongestRequestId = 128;
constexpr std::size_t kLongestKey = 255;
constexpr std::size_t kShortestAnonymousKey = 20;
constexpr std::size_t kLongestLocale = 35;  // RFC 5646, 4.4.1

bool isWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool isPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return isWordCharacter(c) || c == '_' || c == '.' || c == ':' || c == '/'; });
}

/// Ids of spans need to differ, not to be secret: a generator a thread spares a system call a request.
runtime::Random& spanIds(runtime::Environment& environment) {
  thread_local runtime::SeededRandom ids(environment.random().next());
  return ids;
}

/// What a repeat of a call must have in common with the first: the query and every byte of the body.
std::string fingerprintOf(const http::Request& request) {
  std::string text(request.query());
  text.push_back('\n');
  return security::tokenHash(text + request.body.text());
}

}  // namespace

telemetry::TraceContext traceOf(const http::RequestHead& head, runtime::Environment& environment, double share) {
  runtime::Random& ids = spanIds(environment);
  if (const auto header = head.find("traceparent")) {
    if (const auto parent = telemetry::parseTraceparent(*header)) return telemetry::childSpan(*parent, ids);
  }
  constexpr std::uint64_t kParts = 1'000'000;
  return telemetry::newTrace(ids, ids.below(kParts) < static_cast<std::uint64_t>(share * kParts));
}

std::string requestIdOf(const http::RequestHead& head, const telemetry::TraceContext& trace) {
  const std::string_view given = head.header("X-Request-Id");
  if (!given.empty() && given.size() <= kLongestRequestId && isPlain(given)) return std::string(given);
  return trace.traceId();
}

std::optional<std::string> bearerToken(const http::RequestHead& head) {
  const auto header = head.find("Authorization");
  if (!header) return std::nullopt;
  constexpr std::string_view kScheme = "Bearer ";
  const bool bearer = http::equalsIgnoringCase(header->substr(0, kScheme.size()), kScheme);
  if (!bearer || header->size() == kScheme.size() || head.count("Authorization") > 1) {
    throw Error(Code::kUnauthenticated, "BAD_AUTHORIZATION", "send one header \"Authorization: Bearer TOKEN\"");
  }
  return std::string(header->substr(kScheme.size()));
}

std::optional<std::int64_t> expectedVersion(const http::RequestHead& head) {
  const auto header = head.find("If-Match");
  if (!header || *header == "*") return std::nullopt;
  std::string_view text = *header;
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.starts_with('v')) text.remove_prefix(1);
  std::int64_t version = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (failure != std::errc() || end != text.data() + text.size() || version < 0) {
    throw Error(Code::kInvalidArgument, "BAD_IF_MATCH", "If-Match is a version: \"v12\" or 12");
  }
  return version;
}

task<std::string> filePrintOf(const http::Request& request) {
  if (!request.body.spooled() || !request.head().find("Idempotency-Key")) co_return std::string();
  std::string text(request.query());
  text.push_back('\n');
  // Each hash goes into the next piece's text.
  std::ifstream file(request.body.file(), std::ios::binary);
  std::string piece(1 << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    text = security::tokenHash(text + piece.substr(0, static_cast<std::size_t>(file.gcount())));
    co_await runtime::yield();
  }
  co_return text;
}

std::optional<rpc::Idempotency> idempotencyOf(const http::Request& request, const rpc::Principal& caller,
                                              std::string_view method, std::string file_print) {
  const auto key = request.head().find("Idempotency-Key");
  if (!key) return std::nullopt;
  const bool anonymous = caller.kind == rpc::Principal::Kind::kAnonymous;
  const std::size_t shortest = anonymous ? kShortestAnonymousKey : 1;
  const bool printable = std::all_of(key->begin(), key->end(), [](char c) { return c > 32 && c < 127; });
  if (key->size() < shortest || key->size() > kLongestKey || !printable ||
      request.head().count("Idempotency-Key") > 1) {
    throw Error(Code::kInvalidArgument, "BAD_IDEMPOTENCY_KEY",
                "an Idempotency-Key is one text of " + std::to_string(shortest) + " to 255 printable characters" +
                    (anonymous ? " (callers without a login share one space of keys: take a random UUID)" : ""));
  }
  // Paths hold carts' secrets, so the scope keeps a hash of them.
  std::string scope = caller.name() + " " + std::string(method) + " " + security::tokenHash(request.path());
  std::string print = request.body.spooled() ? std::move(file_print) : fingerprintOf(request);
  return rpc::Idempotency{std::move(scope), std::string(*key), std::move(print)};
}

std::string localeOf(const http::RequestHead& head) {
  const std::string_view all = head.header("Accept-Language");
  const std::string_view first = all.substr(0, all.find_first_of(",; "));
  const bool tag = first.size() <= kLongestLocale && std::all_of(first.begin(), first.end(), isWordCharacter);
  return tag ? std::string(first) : std::string();
}

}  // namespace kontor::gateway
