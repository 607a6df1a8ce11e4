#include "tools/protoc-gen-kontor/http.hpp"

#include <algorithm>

#include "google/api/annotations.pb.h"

namespace kontor::generator {
namespace {

using google::api::HttpRule;

Binding bindingOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get(), rule.body()};
    case HttpRule::kPut:
      return {"PUT", rule.put(), rule.body()};
    case HttpRule::kPost:
      return {"POST", rule.post(), rule.body()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_(), rule.body()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch(), rule.body()};
    default:
      return {};
  }
}

}  // namespace

std::vector<Binding> bindingsOf(const MethodDescriptor& method) {
  std::vector<Binding> bindings;
  if (!method.options().HasExtension(google::api::http)) return bindings;
  const HttpRule& rule = method.options().GetExtension(google::api::http);
  bindings.push_back(bindingOf(rule));
  for (const HttpRule& more : rule.additional_bindings()) bindings.push_back(bindingOf(more));
  return bindings;
}

bool isGet(const std::vector<Binding>& bindings) {
  return !bindings.empty() &&
         std::all_of(bindings.begin(), bindings.end(), [](const Binding& binding) { return binding.verb == "GET"; });
}

std::optional<std::vector<std::string>> variablesOf(const std::string& path) {
  std::vector<std::string> variables;
  std::size_t at = 0;
  while ((at = path.find_first_of("{}", at)) != std::string::npos) {
    const std::size_t close = path.find_first_of("{}", at + 1);
    if (path[at] == '}' || close == std::string::npos || path[close] == '{') return std::nullopt;
    variables.push_back(path.substr(at + 1, close - at - 1));
    at = close + 1;
  }
  return variables;
}

std::string shapeOf(const std::string& path) {
  std::string shape;
  bool inside = false;
  for (const char character : path) {
    if (character == '}') inside = false;
    if (!inside) shape.push_back(character);
    if (character == '{') inside = true;
  }
  return shape;
}

const api::Method& optionsOf(const MethodDescriptor& method) { return method.options().GetExtension(api::method); }

}  // namespace kontor::generator
