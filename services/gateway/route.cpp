#include "services/gateway/route.hpp"

#include <google/protobuf/descriptor.h>

#include "chassis/base/assert.hpp"
#include "kontor/api/options.pb.h"
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

}  // namespace

std::vector<std::unique_ptr<Route>> routesOf(const std::vector<Contract>& contracts) {
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
        routes.push_back(std::move(route));
      }
    }
  }
  return routes;
}

}  // namespace kontor::gateway
