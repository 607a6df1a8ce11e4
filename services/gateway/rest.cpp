#include "services/gateway/rest.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <filesystem>

#include "chassis/base/error.hpp"
#include "chassis/http/conditional.hpp"
#include "chassis/http/uri.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"
#include "kontor/type/v1/file.pb.h"
#include "services/gateway/kept_answers.hpp"
#include "services/gateway/route.hpp"
#include "services/gateway/router.hpp"

namespace kontor::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// The header whose value is the caller's address, whatever the caller sent.
constexpr std::string_view kPeerHeader = "X-Peer-Address";

/// What the headers of an answer take, those that the gateway adds included.
constexpr std::size_t kHeaderBytes = 512;

bool isJson(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  return http::equalsIgnoringCase(type, "application/json");
}

void requireJson(const http::Request& request) {
  if (isJson(request.header("Content-Type"))) return;
  throw Error(Code::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
              "the body must be JSON, with the header \"Content-Type: application/json\"")
      .withStatus(415);
}

void readFile(const Route& route, http::Request& request, Message& message) {
  Message* field = message.GetReflection()->MutableMessage(&message, route.body_field);
  auto& file = static_cast<type::v1::File&>(*field);
  file.set_content_type(std::string(request.header("Content-Type")));
  file.set_size(request.body.size());
  if (request.body.spooled()) {
    file.set_blob(std::filesystem::path(request.body.file()).filename().string());
  } else {
    file.set_data(request.body.takeText());
  }
}

void readBody(const Route& route, http::Request& request, Message& message, json::Reader& reader) {
  if (route.method->file_body) return readFile(route, request, message);
  const std::string& text = request.body.text();
  if (route.binding->body.empty()) {
    if (text.empty()) return;
    throw Error(Code::kInvalidArgument, "UNEXPECTED_BODY", "this call takes no body");
  }
  if (text.empty()) return;  // as {}: what is required is missed by the contract's rules
  requireJson(request);
  // A body bound to one field is read as if that field's name stood around it.
  const std::string whole =
      route.body_field != nullptr ? "{\"" + route.body_field->json_name() + "\":" + text + "}" : std::string();
  const json::Document document = json::Document::parse(whole.empty() ? text : whole);
  route.method->request->read_json(document.root(), message, reader);
}

/// The first field of a parameter's dotted name.
const FieldDescriptor* fieldOf(const Message& message, std::string_view name) {
  const std::string first(name.substr(0, name.find('.')));
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByCamelcaseName(first);
  return field != nullptr ? field : message.GetDescriptor()->FindFieldByName(first);
}

void readQuery(const Route& route, const http::Request& request, Message& message, json::Reader& reader) {
  const auto parameters = http::parseQuery(request.query());
  if (!parameters) {
    throw Error(Code::kInvalidArgument, "BAD_QUERY", "the query is badly percent-encoded");
  }
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : *parameters) {
    const FieldDescriptor* field = fieldOf(message, name);
    const bool in_path = field != nullptr && std::find(route.variables.begin(), route.variables.end(), field->name()) !=
                                                 route.variables.end();
    const bool twice = std::find(seen.begin(), seen.end(), name) != seen.end();
    seen.push_back(name);
    if (field == nullptr || in_path || !route.method->request->set_field(message, name, value, reader)) {
      const json::Reader::Path at(reader, name);
      reader.fault("UNKNOWN_FIELD", "there is no such query parameter");
    } else if (twice && !field->is_repeated()) {
      const json::Reader::Path at(reader, name);
      reader.fault("DUPLICATE_FIELD", "this query parameter is given twice");
    }
  }
}

void readPath(const Route& route, const http::Request& request, Message& message, json::Reader& reader) {
  const std::vector<std::string> values = variablesOf(route.path, request.path());
  for (std::size_t i = 0; i < values.size(); ++i) {
    route.method->request->set_field(message, route.variables[i], values[i], reader);
  }
}

void readHeaders(const Route& route, const http::Request& request, Message& message) {
  for (const HeaderField& each : route.header_fields) {
    const bool peer = each.header == kPeerHeader;
    const std::string_view value = peer ? request.head().peer : request.header(each.header);
    message.GetReflection()->SetString(&message, each.field, std::string(value));
  }
}

std::string jsonOf(const rpc::MessageCodec& codec, const Message& answer) {
  std::string text;
  json::Writer writer(text);
  codec.write_json(answer, writer);
  return text;
}

/// The answer is a file; a spooled one is deleted as soon as it is open.
http::Response writeFile(const Route& route, const Message& answer) {
  const Message& field = answer.GetReflection()->GetMessage(answer, route.answer_file);
  const auto& file = static_cast<const type::v1::File&>(field);
  http::Response response(route.binding->success_status);
  response.add("Content-Type", file.content_type()).add("Cache-Control", "no-store");
  for (const HeaderField& each : route.answer_headers)
    response.add(each.header, answer.GetReflection()->GetString(answer, each.field));
  if (file.blob().empty()) {
    response.body = file.data();
    return response;
  }
  http::Body spooled((route.spool / file.blob()).string(), file.size());
  response.body = http::openFile(spooled.file());
  return response;
}

}  // namespace

rpc::MessagePtr readRequest(const Route& route, http::Request& request) {
  rpc::MessagePtr message = route.method->request->create();
  json::Reader reader(route.method->lenient ? json::Unknown::kSkip : json::Unknown::kRefuse);
  readBody(route, request, *message, reader);
  if (!request.query().empty()) readQuery(route, request, *message, reader);
  readPath(route, request, *message, reader);
  readHeaders(route, request, *message);
  route.method->request->validate(*message, reader);
  reader.finish();
  request.body.takeFile();  // the receiver deletes it when it is done
  return message;
}

http::Response writeAnswer(const Route& route, const Message& answer, const http::RequestHead& head) {
  const rpc::MessageCodec& codec = *route.method->response;
  if (route.answer_file != nullptr) return writeFile(route, answer);
  const int asked = codec.http_status(answer);
  http::Response response(asked != 0 ? asked : route.binding->success_status);
  response.header_lines.reserve(kHeaderBytes);
  std::string text = jsonOf(codec, answer);
  if (route.verb == "GET") {
    const std::string tag = http::entityTag(text);
    response.add("ETag", tag).add("Cache-Control", "private, no-cache");
    if (http::noneMatchNames(head.header("If-None-Match"), tag)) {
      response.status = 304;
      return response;
    }
  } else {
    response.add("Cache-Control", "no-store");
  }
  response.add("Content-Type", "application/json");
  response.body = std::move(text);
  return response;
}

std::shared_ptr<KeptAnswer> keptAnswer(const Route& route, const Message& answer) {
  const rpc::Method& method = *route.method;
  auto kept = std::make_shared<KeptAnswer>();
  kept->route = &route;
  kept->status = route.binding->success_status;
  std::string text = jsonOf(*method.response, answer);
  kept->tag = http::entityTag(text);
  kept->type_lines = "Content-Type: application/json\r\n";
  kept->lines =
      "ETag: " + kept->tag + "\r\nCache-Control: public, max-age=" + std::to_string(method.cache_seconds) + "\r\n";
  kept->body = std::make_shared<const std::string>(std::move(text));
  kept->places = route.staleness->placesOf(answer);
  kept->lifetime = std::chrono::seconds(method.cache_seconds);
  return kept;
}

http::Response showAnswer(const KeptAnswer& kept, const http::RequestHead& head) {
  const bool known = http::noneMatchNames(head.header("If-None-Match"), kept.tag);
  http::Response response(known ? 304 : kept.status);
  response.header_lines.reserve(kHeaderBytes);
  response.header_lines.append(kept.lines);
  if (known) return response;
  response.header_lines.append(kept.type_lines);
  response.body = kept.body;
  return response;
}

}  // namespace kontor::gateway
