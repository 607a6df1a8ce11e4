#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/protoc-gen-kontor/model.hpp"

namespace google::api {
class HttpRule;
}

namespace kontor::generator {

/// One REST path of a method, from google.api.http.
struct Binding {
  std::string verb;  // empty: a custom verb, which is refused
  std::string path;
  std::string body;
};
/// The rule and its additional bindings, in the order of the contract.
std::vector<Binding> bindingsOf(const MethodDescriptor& method);
bool isGet(const std::vector<Binding>& bindings);

/// The names between the braces of a path, or nothing when the braces are not in order.
std::optional<std::vector<std::string>> variablesOf(const std::string& path);
/// The path with its variables' names taken away: two paths that look alike match the same requests.
std::string shapeOf(const std::string& path);

const api::Method& optionsOf(const MethodDescriptor& method);

}  // namespace kontor::generator
