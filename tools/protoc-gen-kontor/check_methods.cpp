#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <set>

#include "tools/protoc-gen-kontor/checks.hpp"
#include "tools/protoc-gen-kontor/http.hpp"

namespace kontor::generator {
namespace {

constexpr const char* kRules = "one of anyone, customer, staff, permission: \"resource:read\", internal";

/// The field that a path's variable names, dots leading into messages; null when there is none.
const FieldDescriptor* fieldAt(const Descriptor& request, const std::string& name) {
  const std::size_t dot = name.find('.');
  const FieldDescriptor* field = request.FindFieldByName(name.substr(0, dot));
  if (field == nullptr || dot == std::string::npos) return field;
  if (field->is_repeated() || kindOf(*field) != Kind::kMessage) return nullptr;
  return fieldAt(*field->message_type(), name.substr(dot + 1));
}

/// True for rules stated one by one (`option (kontor.api.method).access.anyone = true;`), of which protoc silently
/// keeps the last: only the places of the options still tell.
bool statesTwoRules(const MethodDescriptor& method) {
  using google::protobuf::FileDescriptorProto;
  const std::vector<int> place{FileDescriptorProto::kServiceFieldNumber,
                               method.service()->index(),
                               google::protobuf::ServiceDescriptorProto::kMethodFieldNumber,
                               method.index(),
                               google::protobuf::MethodDescriptorProto::kOptionsFieldNumber,
                               api::kMethodFieldNumber,
                               api::Method::kAccessFieldNumber};
  FileDescriptorProto file;
  method.file()->CopySourceCodeInfoTo(&file);
  std::set<int> rules;
  for (const auto& location : file.source_code_info().location()) {
    const auto& path = location.path();
    const bool is_rule = static_cast<std::size_t>(path.size()) == place.size() + 1 &&
                         std::equal(place.begin(), place.end(), path.begin());
    if (is_rule) rules.insert(path[path.size() - 1]);
  }
  return rules.size() > 1;
}

/// The checks of one method, in the order of its options.
class MethodCheck {
 public:
  MethodCheck(const MethodDescriptor& method, Faults& faults)
      : method_(method), options_(optionsOf(method)), bindings_(bindingsOf(method)), faults_(faults) {}

  void run() {
    checkTypes();
    checkAccess();
    checkIdempotent();
    checkNumbers();
    for (const Binding& binding : bindings_) checkBinding(binding);
    if (options_.file_body()) checkFileBody();
  }

 private:
  void fault(const std::string& what) { faults_.add(method_, what); }

  void checkTypes() {
    if (method_.client_streaming()) fault("a stream of requests is not supported: take a list, or a file (file_body)");
    if (method_.server_streaming()) fault("a stream of answers is not supported yet: answer with a page");
    for (const Descriptor* type : {method_.input_type(), method_.output_type()}) {
      if (!hasCodecs(*type->file())) fault(type->full_name() + " is not supported: declare a message of your own");
    }
  }

  void checkAccess() {
    const api::Access& access = options_.access();
    const auto rule = access.rule_case();
    const bool says_no =
        (rule == api::Access::kAnyone && !access.anyone()) || (rule == api::Access::kCustomer && !access.customer()) ||
        (rule == api::Access::kStaff && !access.staff()) || (rule == api::Access::kInternal && !access.internal());
    if (rule == api::Access::RULE_NOT_SET || says_no) {
      fault(std::string("no access rule: say who may call it, option (kontor.api.method) = {access: …}, ") + kRules);
    }
    if (statesTwoRules(method_)) fault(std::string("more than one access rule: keep ") + kRules);
    const std::string& permission = access.permission();
    const bool well_formed = permission.find(':') + 1 < permission.size() && permission.find(':') > 0 &&
                             permission.find(':') != std::string::npos;
    if (rule == api::Access::kPermission && !well_formed) {
      fault("the permission \"" + permission + "\" is not of the form \"resource:read\"");
    }
    if (rule == api::Access::kInternal && !bindings_.empty()) {
      fault("an internal method has a path: remove google.api.http, or give it another access rule");
    }
    if (rule != api::Access::kInternal && bindings_.empty()) {
      fault("no path: add option (google.api.http) = {get: \"/v1/…\"}, or make the access internal");
    }
  }

  void checkIdempotent() {
    if (isGet(bindings_)) {
      if (options_.has_idempotent()) fault("a GET is idempotent by nature: remove `idempotent`");
      return;
    }
    if (!options_.has_idempotent()) {
      fault(
          "says nothing about repeated calls: add idempotent: true if a repeat with the same Idempotency-Key has one "
          "effect and one answer, else idempotent: false");
    }
    if (options_.has_cache()) fault("only a GET can be cached: remove `cache`");
    for (const Binding& binding : bindings_) {
      if (binding.verb == "GET") fault("mixes GET with other verbs: make it two methods");
    }
  }

  void checkNumbers() {
    if (options_.has_cache() && options_.cache().seconds() <= 0) fault("`cache` needs seconds above 0");
    if (options_.timeout_ms() < 0 || options_.max_body() < 0) fault("`timeout_ms` and `max_body` may not be below 0");
    const int status = options_.success_status();
    if (status != 0 && (status < 200 || status > 299)) fault("`success_status` must be one of 200 to 299");
  }

  void checkBinding(const Binding& binding) {
    if (binding.verb.empty()) {
      fault("google.api.http with another verb than get, put, post, delete or patch is not supported");
      return;
    }
    checkPath(binding);
    if (binding.verb == "GET" && !binding.body.empty())
      fault("a GET has no body: remove `body`, the query takes the rest");
    if (binding.body.empty() || binding.body == "*") return;
    const FieldDescriptor* body = method_.input_type()->FindFieldByName(binding.body);
    if (body == nullptr || !inJson(*body)) {
      fault("the body \"" + binding.body + "\" is not a field of " + method_.input_type()->full_name());
    }
  }

  void checkPath(const Binding& binding) {
    if (!binding.path.starts_with("/")) fault("the path \"" + binding.path + "\" does not begin with \"/\"");
    const auto variables = variablesOf(binding.path);
    if (!variables) {
      fault("the braces of the path \"" + binding.path + "\" are not balanced");
      return;
    }
    for (const std::string& variable : *variables) checkVariable(variable);
  }

  void checkVariable(const std::string& variable) {
    if (variable.find_first_of("=*") != std::string::npos) {
      fault("the pattern \"{" + variable + "}\" is not supported: a variable is one segment of the path, \"{name}\"");
      return;
    }
    const FieldDescriptor* field = fieldAt(*method_.input_type(), variable);
    if (field == nullptr || !inJson(*field)) {
      fault("the path's variable {" + variable + "} is not a field of " + method_.input_type()->full_name());
    } else if (field->is_repeated() || kindOf(*field) == Kind::kMessage) {
      fault("the path's variable {" + variable + "} is a list or a message: one segment holds a single value");
    }
  }

  void checkFileBody() {
    for (const Binding& binding : bindings_) {
      const FieldDescriptor* body = method_.input_type()->FindFieldByName(binding.body);
      const bool is_file = body != nullptr && !body->is_repeated() && kindOf(*body) == Kind::kMessage &&
                           body->message_type()->full_name() == "kontor.type.v1.File";
      if (!is_file) fault("`file_body` needs a body that is a field of the type kontor.type.v1.File: body: \"file\"");
    }
  }

  const MethodDescriptor& method_;
  const api::Method& options_;
  const std::vector<Binding> bindings_;
  Faults& faults_;
};

}  // namespace

void checkMethod(const MethodDescriptor& method, Faults& faults) { MethodCheck(method, faults).run(); }

}  // namespace kontor::generator
