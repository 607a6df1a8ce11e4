#pragma once

#include <memory>

#include "chassis/http/message.hpp"
#include "chassis/rpc/method.hpp"

namespace kontor::gateway {

struct KeptAnswer;
struct Route;

/// Reads a contract's request out of an HTTP request: body, query parameters, path variables and headers, in this
/// order, so that the path has the last word; then checks the contract's rules. Takes the body out of `request`.
///
/// Throws INVALID_ARGUMENT with the path of every bad field, UNSUPPORTED_MEDIA_TYPE (415), MALFORMED_JSON, TOO_DEEP.
rpc::MessagePtr readRequest(const Route& route, http::Request& request);

/// The HTTP answer of a successful call: status, JSON, and for a GET its ETag, or 304 when the client has these bytes.
http::Response writeAnswer(const Route& route, const google::protobuf::Message& answer, const http::RequestHead& head);

/// The answer of a successful call whose answers may be kept (it has `staleness`), for any number of callers.
std::shared_ptr<KeptAnswer> keptAnswer(const Route& route, const google::protobuf::Message& answer);
/// What one caller gets of it: the whole of it, or 304.
http::Response showAnswer(const KeptAnswer& kept, const http::RequestHead& head);

}  // namespace kontor::gateway
