#pragma once

#include <string>
#include <string_view>

#include "chassis/base/error.hpp"
#include "chassis/http/message.hpp"

namespace kontor::http {

/// What a problem says of the request beyond its error: the path it was for, and the trace to ask about it.
struct ProblemSource {
  std::string_view instance;
  std::string_view trace_id;
};

/// `error` as RFC 9457 JSON: type, title, status, detail, reason, details{}, instance, traceId, errors[{path, reason,
/// detail}]. Codes that speak of our own insides (INTERNAL, UNKNOWN, DATA_LOSS, DEADLINE_EXCEEDED) show a fixed text.
std::string problemJson(const Error& error, const ProblemSource& source = {});

/// The answer for `error`: its status and problemJson, and Retry-After when it has the detail "retryAfter" (seconds).
Response problemResponse(const Error& error, const ProblemSource& source = {});

/// The error that a problem answer stands for, for clients. A body that is no problem gives an error of the status
/// alone.
Error errorFromProblem(int status, std::string_view body);

}  // namespace kontor::http
