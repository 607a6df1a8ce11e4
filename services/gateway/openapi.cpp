#include "services/gateway/openapi.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <map>

#include "chassis/json/writer.hpp"
#include "services/gateway/openapi_schema.hpp"
#include "services/gateway/route.hpp"

namespace kontor::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kDescription =
    "The shop's public API. Money is in minor units; times are RFC 3339 in UTC; unknown fields are refused. Errors are "
    "RFC 9457 problems whose `reason` is stable. POSTs take an `Idempotency-Key`.";

// RFC 9457's members and Kontor's own.
constexpr std::string_view kProblemSchema =
    R"({"type":"object","required":["type","title","status","detail","reason"],"properties":{)"
    R"("type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},)"
    R"("reason":{"type":"string","description":"A stable word to switch on.","examples":["OUT_OF_STOCK"]},)"
    R"("details":{"type":"object"},"instance":{"type":"string"},"traceId":{"type":"string"},)"
    R"("errors":{"type":"array","items":{"type":"object","required":["path","reason","detail"],"properties":{)"
    R"("path":{"type":"string"},"reason":{"type":"string"},"detail":{"type":"string"}}}}}})";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// "kontor.cart.v1.Carts" → "Carts".
std::string_view lastPart(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// The template with its variables as JSON names them: "/v1/store/carts/{cartId}".
std::string publicPath(const Route& route, const Descriptor& type) {
  std::string path = route.path;
  for (const std::string& name : route.variables) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field != nullptr) path.replace(path.find("{" + name + "}"), name.size() + 2, "{" + field->json_name() + "}");
  }
  return path;
}

/// Writes one operation: what a route's method takes and answers.
class OperationWriter {
 public:
  OperationWriter(json::Writer& out, SchemaWriter& schemas, const Route& route)
      : out_(out),
        schemas_(schemas),
        route_(route),
        request_(route.method->request->create()),
        response_(route.method->response->create()) {}

  const Descriptor& requestType() const { return *request_->GetDescriptor(); }

  void write() {
    const rpc::Method& method = *route_.method;
    out_.key(lower(route_.verb));
    out_.beginObject();
    member("operationId", std::string(lastPart(method.service)) + "." + std::string(method.name));
    member("summary", method.summary);
    out_.key("tags");
    out_.beginArray();
    out_.string(lastPart(method.service));
    out_.endArray();
    access();
    parameters();
    if (!route_.binding->body.empty()) body();
    responses();
    out_.endObject();
  }

 private:
  void member(std::string_view name, std::string_view text) {
    out_.key(name);
    out_.string(text);
  }

  void access() {
    const rpc::Access& access = route_.method->access;
    out_.key("security");
    out_.raw(access.rule == rpc::Access::Rule::kAnyone ? R"([{},{"bearer":[]}])" : R"([{"bearer":[]}])");
    const std::map<rpc::Access::Rule, std::string_view> callers = {{rpc::Access::Rule::kAnyone, "anyone"},
                                                                   {rpc::Access::Rule::kCustomer, "customer"},
                                                                   {rpc::Access::Rule::kStaff, "staff"}};
    const auto caller = callers.find(access.rule);
    member("x-access", caller != callers.end() ? caller->second : access.permission);
  }

  void parameters() {
    const Descriptor& type = requestType();
    out_.key("parameters");
    out_.beginArray();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const auto& variables = route_.variables;
      if (std::find(variables.begin(), variables.end(), field.name()) != variables.end()) {
        parameter(field, "path");
      } else if (route_.binding->body != "*" && &field != route_.body_field) {
        parameter(field, "query");
      }
    }
    if (route_.verb == "POST" && route_.method->idempotent) header("Idempotency-Key", 255);
    if (route_.verb == "PATCH" || route_.verb == "PUT" || route_.verb == "DELETE") header("If-Match", 64);
    out_.endArray();
  }

  void parameter(const FieldDescriptor& field, std::string_view place) {
    if (!shown(field) || field.is_map()) return;
    const bool plain = field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
    if (!plain && field.message_type()->full_name() != "google.protobuf.Timestamp") return;
    out_.beginObject();
    member("name", field.json_name());
    member("in", place);
    if (place == "path" || required(field)) {
      out_.key("required");
      out_.boolean(true);
    }
    out_.key("schema");
    schemas_.field(field);
    out_.endObject();
  }

  void header(std::string_view name, std::int64_t longest) {
    out_.beginObject();
    member("name", name);
    member("in", "header");
    out_.key("schema");
    out_.beginObject();
    member("type", "string");
    out_.key("maxLength");
    out_.number(longest);
    out_.endObject();
    out_.endObject();
  }

  void body() {
    out_.key("requestBody");
    out_.beginObject();
    out_.key("content");
    out_.beginObject();
    if (route_.method->file_body) {
      out_.key("*/*");
      out_.raw("{}");
    } else {
      out_.key("application/json");
      out_.beginObject();
      out_.key("schema");
      if (route_.body_field != nullptr) {
        schemas_.field(*route_.body_field);
      } else {
        schemas_.body(requestType(), route_.variables);
      }
      out_.endObject();
    }
    out_.endObject();
    out_.endObject();
  }

  void responses() {
    const Descriptor& type = *response_->GetDescriptor();
    out_.key("responses");
    out_.beginObject();
    success(std::to_string(route_.binding->success_status), type);
    // An answer that names its own status may come with any success.
    if (namesItsStatus(type)) success("2XX", type);
    if (route_.verb == "GET") {
      out_.key("304");
      out_.raw(R"({"description":"The client has this answer already (If-None-Match)."})");
    }
    out_.key("default");
    out_.raw(R"({"$ref":"#/components/responses/Problem"})");
    out_.endObject();
  }

  void success(const std::string& status, const Descriptor& type) {
    out_.key(status);
    out_.beginObject();
    member("description", "Success.");
    out_.key("content");
    out_.beginObject();
    if (route_.answer_file != nullptr) {
      out_.key("*/*");
      out_.raw("{}");
    } else {
      out_.key("application/json");
      out_.beginObject();
      out_.key("schema");
      schemas_.reference(type);
      out_.endObject();
    }
    out_.endObject();
    out_.endObject();
  }

  json::Writer& out_;
  SchemaWriter& schemas_;
  const Route& route_;
  rpc::MessagePtr request_;
  rpc::MessagePtr response_;
};

void writeInfo(json::Writer& out, std::string_view version) {
  out.key("openapi");
  out.string("3.1.0");
  out.key("info");
  out.beginObject();
  out.key("title");
  out.string("Kontor");
  out.key("version");
  out.string(version);
  out.key("description");
  out.string(kDescription);
  out.key("license");
  out.raw(R"({"name":"Apache-2.0","identifier":"Apache-2.0"})");
  out.endObject();
  out.key("servers");
  out.raw(R"([{"url":"/"}])");
}

void writeComponents(json::Writer& out, SchemaWriter& schemas) {
  out.key("components");
  out.beginObject();
  out.key("securitySchemes");
  out.raw(R"({"bearer":{"type":"http","scheme":"bearer","description":"A token from …/auth/login."}})");
  out.key("responses");
  out.raw(R"({"Problem":{"description":"A problem.","content":{"application/problem+json":{"schema":)"
          R"({"$ref":"#/components/schemas/Problem"}}}}})");
  out.key("schemas");
  out.beginObject();
  out.key("Problem");
  out.raw(kProblemSchema);
  schemas.writeAll();
  out.endObject();
  out.endObject();
}

}  // namespace

std::string openApi(std::string_view version) {
  const auto routes = routesOf(publicTables());
  std::string text;
  json::Writer out(text);
  SchemaWriter schemas(out);
  // Operations by path, paths in order.
  std::map<std::string, std::vector<OperationWriter>> paths;
  for (const auto& route : routes) {
    OperationWriter operation(out, schemas, *route);
    const std::string path = publicPath(*route, operation.requestType());
    paths[path].push_back(std::move(operation));
  }
  out.beginObject();
  writeInfo(out, version);
  out.key("paths");
  out.beginObject();
  for (auto& [path, operations] : paths) {
    out.key(path);
    out.beginObject();
    for (OperationWriter& operation : operations) operation.write();
    out.endObject();
  }
  out.endObject();
  writeComponents(out, schemas);
  out.endObject();
  return text;
}

}  // namespace kontor::gateway
