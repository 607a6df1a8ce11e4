#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "chassis/base/error.hpp"
#include "chassis/rpc/context.hpp"
#include "chassis/runtime/task.hpp"

namespace google::protobuf {
class Message;
}
namespace kontor::json {
class Reader;
class Value;
class Writer;
}  // namespace kontor::json

namespace kontor::rpc {

class Service;
using MessagePtr = std::unique_ptr<google::protobuf::Message>;

/// Who may call a method: exactly what the contract says.
struct Access {
  enum class Rule : std::uint8_t { kAnyone, kCustomer, kStaff, kPermission, kInternal };
  Rule rule;
  std::string_view permission;  // of kPermission
};

/// The REST face of a method, from google.api.http. Empty `verb`: none.
struct HttpBinding {
  std::string_view verb;  // "GET", "POST", …
  std::string_view path;  // "/v1/store/carts/{cart_id}/lines"; names are fields of the request, snake_case
  std::string_view body;  // "*": the whole body; a field's name: that field; "": no body, the rest from the query
  int success_status;
};

/// One way of turning a request's type or an answer's type into JSON and back; made by the generator, one per message.
struct MessageCodec {
  std::string_view full_name;  // "kontor.order.v1.CompleteRequest"
  MessagePtr (*create)();
  void (*read_json)(const json::Value&, google::protobuf::Message&, json::Reader&);
  void (*write_json)(const google::protobuf::Message&, json::Writer&);
  /// Notes faults of required, min, max and length rules in `reader`.
  void (*validate)(const google::protobuf::Message&, json::Reader&);
  /// Sets the field named by a path or query parameter (camelCase or snake_case, dotted for nested ones) from its text;
  /// false when there is no such field. A bad value is a fault in `reader`.
  bool (*set_field)(google::protobuf::Message&, std::string_view name, std::string_view text, json::Reader&);
  /// The HTTP status that the answer asks for; 0 when it asks for none.
  int (*http_status)(const google::protobuf::Message&);
};

/// One row of a contract's table: everything the surfaces (REST, OpenAPI, gRPC, GraphQL, access check) are read from.
struct Method {
  std::string_view service;    // "kontor.order.v1.Orders"
  std::string_view name;       // "Complete"
  std::string_view full_name;  // "kontor.order.v1.Orders/Complete"
  std::string_view summary;    // the contract's comment, first sentence
  std::span<const HttpBinding> http;
  Access access;
  bool idempotent;
  bool lenient;
  bool file_body;
  bool server_streaming;
  int cache_seconds;      // 0: not cacheable
  int timeout_ms;         // 0: the process's default
  std::int64_t max_body;  // bytes; 0: the process's default
  const MessageCodec* request;
  const MessageCodec* response;
  /// Calls the method on `service`, which must be of this contract and outlive the call.
  task<MessagePtr> (*invoke)(Service& service, Context context, MessagePtr request);
};

/// What every generated interface derives from.
class Service {
 public:
  virtual ~Service() = default;
  /// The contract's table, in the order of the .proto.
  virtual std::span<const Method> methods() const = 0;
};

}  // namespace kontor::rpc
