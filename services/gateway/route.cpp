#include "services/gateway/route.hpp"

#include <google/protobuf/descriptor.h>

#include "chassis/base/assert.hpp"
#include "kontor/api/options.pb.h"
#include "kontor/type/v1/file.pb.h"
#include "services/gateway/router.hpp"

namespace kontor::gateway {
namespace {

void readRequestType(Route& route) {
  const rpc::MessagePtr example = route.method->request->create();
  const google::protobuf::Descriptor& type = *example->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& options = type.field(i)->options().GetExtension(api::field);
    if (!options.header().empty()) route.header_fields.push_back({options.header(), type.field(i)});
  }
  const std::string_view body = route.binding->body;
  if (body.empty() || body == "*") return;
  route.body_field = type.FindFieldByName(std::string(body));
  KONTOR_ASSERT(route.body_field != nullptr, "a binding's body is no field of its request");
}

/// Only what the contract says may be kept, and what depends on nothing but path, query and language.
bool mayBeKept(const Route& route) {
  const rpc::Method& method = *route.method;
  return method.cache_seconds > 0 && route.verb == "GET" && method.access.rule == rpc::Access::Rule::kAnyone &&
         route.header_fields.empty();
}

void readAnswerType(Route& route) {
  const rpc::MessagePtr example = route.method->response->create();
  const google::protobuf::Descriptor& type = *example->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    const bool single =
        field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated();
    if (single && field->message_type() == type::v1::File::descriptor()) route.answer_file = field;
    const auto& options = field->options().GetExtension(api::field);
    if (!options.header().empty()) route.answer_headers.push_back({options.header(), field});
  }
}

}  // namespace

std::vector<std::unique_ptr<Route>> routesOf(const std::vector<Contract>& contracts,
                                             const std::filesystem::path& spool) {
  std::vector<std::unique_ptr<Route>> routes;
  for (const Contract& contract : contracts) {
    for (const rpc::Method& method : contract.table) {
      if (method.access.rule == rpc::Access::Rule::kInternal) continue;
      for (const rpc::HttpBinding& binding : method.http) {
        auto route = std::make_unique<Route>();
        route->verb = binding.verb;
        route->path = binding.path;
        route->variables = variableNames(binding.path);
        route->method = &method;
        route->service = contract.service;
        route->binding = &binding;
        readRequestType(*route);
        readAnswerType(*route);
        route->spool = spool;
        if (mayBeKept(*route)) route->staleness = std::make_unique<Staleness>(method);
        routes.push_back(std::move(route));
      }
    }
  }
  return routes;
}

}  // namespace kontor::gateway
