#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chassis/http/message.hpp"
#include "chassis/rpc/context.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/telemetry/trace.hpp"

namespace kontor::runtime {
class Environment;
}

namespace kontor::gateway {

/// The trace a request belongs to: a child of the caller's, or a new one of which `share` are sampled.
telemetry::TraceContext traceOf(const http::RequestHead& head, runtime::Environment& environment, double share);

/// The caller's X-Request-Id when it is short and plain, else the trace's id.
std::string requestIdOf(const http::RequestHead& head, const telemetry::TraceContext& trace);

/// The token of "Authorization: Bearer …"; nothing without that header. Throws UNAUTHENTICATED for another scheme.
std::optional<std::string> bearerToken(const http::RequestHead& head);

/// If-Match: "v12" or 12 in quotes or not; nothing without the header or for "*". Throws INVALID_ARGUMENT.
std::optional<std::int64_t> expectedVersion(const http::RequestHead& head);

/// Idempotency-Key with its scope (principal, method, path) and fingerprint; nothing without the header. Throws
/// INVALID_ARGUMENT when it is empty, longer than 255 or, from an anonymous caller, shorter than 20 characters.
/// `file_print` is the fingerprint of a body that lies in a file.
std::optional<rpc::Idempotency> idempotencyOf(const http::Request& request, const rpc::Principal& caller,
                                              std::string_view method, std::string file_print);

/// The fingerprint of a request with a key and a body that lies in a file; empty for all others. Reads a MiB at a time
/// and lets other calls run in between. `request` outlives the call.
task<std::string> filePrintOf(const http::Request& request);

/// The first language of Accept-Language; empty for none or one that is no language tag.
std::string localeOf(const http::RequestHead& head);

}  // namespace kontor::gateway
