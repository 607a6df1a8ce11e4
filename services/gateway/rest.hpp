#pragma once

#include <cstdint>
#include <string>

#include "chassis/http/message.hpp"
#include "chassis/rpc/method.hpp"

namespace kontor::gateway {

struct Route;

/// Reads a contract's request out of an HTTP request: body, query parameters, path variables and headers, in this
/// order, so that the path has the last word; then checks the contract's rules. Takes the body out of `request`.
///
/// Throws INVALID_ARGUMENT with the path of every bad field, UNSUPPORTED_MEDIA_TYPE (415), MALFORMED_JSON, TOO_DEEP.
rpc::MessagePtr readRequest(const Route& route, http::Request& request);

/// The HTTP answer of a successful call: status, JSON, and for a GET its ETag, or 304 when the client has these bytes.
/// `shared`: the answer is the same for every caller, so that caches on the way may keep it.
http::Response writeAnswer(const Route& route, const google::protobuf::Message& answer, const http::RequestHead& head,
                           bool shared);

}  // namespace kontor::gateway
