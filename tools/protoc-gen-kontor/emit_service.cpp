#include "tools/protoc-gen-kontor/emit.hpp"
#include "tools/protoc-gen-kontor/http.hpp"

namespace kontor::generator {
namespace {

std::string requestOf(const MethodDescriptor& method) { return className(*method.input_type(), *method.file()); }
std::string responseOf(const MethodDescriptor& method) { return className(*method.output_type(), *method.file()); }

template <class Act>
void forEachMethod(const ServiceDescriptor& service, Act act) {
  for (int i = 0; i < service.method_count(); ++i) act(*service.method(i), std::to_string(i));
}

void declareInterface(const ServiceDescriptor& service, Text& header) {
  const std::string& name = service.name();
  header("class $0Face;", name);
  header("class $0Client;", name);
  header("");
  header.comment(commentOf(service));
  header("class $0 : public rpc::Service {", name);
  header("public:");
  header("using Face = $0Face;", name);
  header("using Client = $0Client;", name);
  header("static constexpr std::string_view kName = $0;", quoted(service.full_name()));
  header("static std::span<const rpc::Method> table();");
  header("std::span<const rpc::Method> methods() const final { return table(); }");
  header("");
  forEachMethod(service, [&](const MethodDescriptor& method, const std::string& /*index*/) {
    header.comment(commentOf(method));
    header("virtual task<$0> $1(rpc::Context context, $2 request) = 0;", responseOf(method), method.name(),
           requestOf(method));
  });
  header("};");
  header("");
}

/// The face and the client differ only in what they hold.
void declareStandIn(const ServiceDescriptor& service, const std::string& suffix, const std::string& held,
                    const std::string& member, Text& header) {
  const std::string name = service.name() + suffix;
  header("class $0 final : public $1 {", name, service.name());
  header("public:");
  header("explicit $0(std::shared_ptr<rpc::$1> $2);", name, held, member);
  forEachMethod(service, [&](const MethodDescriptor& method, const std::string& /*index*/) {
    header("task<$0> $1(rpc::Context context, $2 request) final;", responseOf(method), method.name(),
           requestOf(method));
  });
  header("");
  header("private:");
  header("std::shared_ptr<rpc::$0> $1_;", held, member);
  header("};");
  header("");
}

void defineFace(const ServiceDescriptor& service, Text& source) {
  const std::string& name = service.name();
  source("$0Face::$0Face(std::shared_ptr<rpc::Binding> binding) : binding_(std::move(binding)) {}", name);
  source("");
  forEachMethod(service, [&](const MethodDescriptor& method, const std::string& index) {
    source("task<$0> $1Face::$2(rpc::Context context, $3 request) {", responseOf(method), name, method.name(),
           requestOf(method));
    source("auto call = [request = std::move(request)]($0& target, rpc::Context inner) mutable {", name);
    source("return target.$0(std::move(inner), std::move(request));", method.name());
    source("};");
    source("return rpc::callLocal<$0, $1>(table()[$2], binding_, std::move(context), std::move(call));",
           responseOf(method), name, index);
    source("}");
    source("");
  });
}

void defineClient(const ServiceDescriptor& service, Text& source) {
  const std::string& name = service.name();
  source("$0Client::$0Client(std::shared_ptr<rpc::Channel> channel) : channel_(std::move(channel)) {}", name);
  source("");
  forEachMethod(service, [&](const MethodDescriptor& method, const std::string& index) {
    source("task<$0> $1Client::$2(rpc::Context context, $3 request) {", responseOf(method), name, method.name(),
           requestOf(method));
    source("return rpc::callRemote<$0>(table()[$1], channel_, std::move(context), std::move(request));",
           responseOf(method), index);
    source("}");
    source("");
  });
}

std::string accessOf(const api::Access& access) {
  switch (access.rule_case()) {
    case api::Access::kAnyone:
      return "{rpc::Access::Rule::kAnyone, {}}";
    case api::Access::kCustomer:
      return "{rpc::Access::Rule::kCustomer, {}}";
    case api::Access::kStaff:
      return "{rpc::Access::Rule::kStaff, {}}";
    case api::Access::kPermission:
      return "{rpc::Access::Rule::kPermission, " + quoted(access.permission()) + "}";
    default:
      return "{rpc::Access::Rule::kInternal, {}}";
  }
}

void defineBindings(const MethodDescriptor& method, Text& source) {
  const auto bindings = bindingsOf(method);
  if (bindings.empty()) return;
  const int status = optionsOf(method).success_status();
  const std::string success = std::to_string(status == 0 ? 200 : status);
  source("static constexpr rpc::HttpBinding k$0Http[] = {", method.name());
  for (const Binding& binding : bindings) {
    source("{.verb = $0, .path = $1, .body = $2, .success_status = $3},", quoted(binding.verb), quoted(binding.path),
           quoted(binding.body), success);
  }
  source("};");
}

void defineRow(const MethodDescriptor& method, Text& source) {
  const api::Method& options = optionsOf(method);
  const std::string& service = method.service()->name();
  const auto flag = [](bool value) { return value ? "true" : "false"; };
  const auto bindings = bindingsOf(method);
  source("{");
  source(".service = kName,");
  source(".name = $0,", quoted(method.name()));
  source(".full_name = $0,", quoted(method.service()->full_name() + "/" + method.name()));
  source(".summary = $0,", quoted(firstSentence(commentOf(method))));
  source(".http = $0,", bindings.empty() ? std::string("{}") : "k" + method.name() + "Http");
  source(".access = $0,", accessOf(options.access()));
  source(".idempotent = $0,", flag(isGet(bindings) || options.idempotent()));
  source(".lenient = $0,", flag(options.lenient()));
  source(".file_body = $0,", flag(options.file_body()));
  source(".server_streaming = false,");
  source(".cache_seconds = $0,", std::to_string(options.cache().seconds()));
  source(".timeout_ms = $0,", std::to_string(options.timeout_ms()));
  source(".max_body = $0,", std::to_string(options.max_body()));
  source(".request = &codecOf($0::default_instance()),", requestOf(method));
  source(".response = &codecOf($0::default_instance()),", responseOf(method));
  source(".invoke = &rpc::invoke<&$0::$1>,", service, method.name());
  source("},");
}

void defineTable(const ServiceDescriptor& service, Text& source) {
  source("std::span<const rpc::Method> $0::table() {", service.name());
  if (service.method_count() == 0) {
    source("return {};");
  } else {
    forEachMethod(service, [&](const MethodDescriptor& method, const std::string&) { defineBindings(method, source); });
    source("static const rpc::Method kTable[] = {");
    forEachMethod(service, [&](const MethodDescriptor& method, const std::string&) { defineRow(method, source); });
    source("};");
    source("return kTable;");
  }
  source("}");
  source("");
}

}  // namespace

void emitService(const ServiceDescriptor& service, Output out) {
  declareInterface(service, out.header);
  out.header("/// $0 in this process, behind deadline, metrics and span.", service.name());
  declareStandIn(service, "Face", "Binding", "binding", out.header);
  out.header("/// $0 in another place, over a channel.", service.name());
  declareStandIn(service, "Client", "Channel", "channel", out.header);
  defineTable(service, out.source);
  defineFace(service, out.source);
  defineClient(service, out.source);
}

}  // namespace kontor::generator
