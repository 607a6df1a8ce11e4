#include "services/gateway/router.hpp"

#include <algorithm>
#include <map>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/http/uri.hpp"

namespace kontor::gateway {
namespace {

constexpr std::string_view kRest = "**";

/// Takes the first segment off "/a/b": "a", leaving "/b".
std::string_view takeSegment(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::string_view segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  return segment;
}

bool isVariable(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> variable;
  std::unique_ptr<Node> rest;
  std::vector<std::pair<std::string, const Route*>> verbs;
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

void Router::add(std::string_view verb, std::string_view path, const Route* route) {
  KONTOR_ASSERT(path.starts_with('/'), "a route's path begins with a slash");
  Node* node = root_.get();
  while (!path.empty()) {
    const std::string_view segment = takeSegment(path);
    std::unique_ptr<Node>& next = isVariable(segment) ? node->variable
                                  : segment == kRest  ? node->rest
                                                      : node->literals[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  for (const auto& [known, other] : node->verbs) KONTOR_ASSERT(known != verb, "two routes share a verb and a path");
  node->verbs.emplace_back(std::string(verb), route);
}

/// The node with routes that `rest` leads to; a literal's subtree is looked through before the variable's.
const Router::Node* Router::find(const Node& node, std::string_view rest) {
  if (rest.empty()) return node.verbs.empty() ? nullptr : &node;
  const std::string_view whole = rest;
  const std::string_view segment = takeSegment(rest);
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    if (const Node* found = find(*literal->second, rest)) return found;
  }
  if (node.variable && !segment.empty()) {
    if (const Node* found = find(*node.variable, rest)) return found;
  }
  return node.rest && whole.size() > 1 ? node.rest.get() : nullptr;
}

RouteMatch Router::match(std::string_view verb, std::string_view path) const {
  RouteMatch match;
  const Node* node = path.starts_with('/') ? find(*root_, path) : nullptr;
  if (node == nullptr) return match;
  const std::string_view wanted = verb == "HEAD" ? "GET" : verb;
  for (const auto& [known, route] : node->verbs) {
    if (known == wanted) match.route = route;
  }
  if (match.route != nullptr) return match;
  for (const auto& [known, route] : node->verbs) {
    match.allow.append(match.allow.empty() ? "" : ", ").append(known);
    if (known == "GET") match.allow.append(", HEAD");
  }
  match.allow.append(", OPTIONS");
  return match;
}

std::vector<std::string> variablesOf(std::string_view path_template, std::string_view path) {
  std::vector<std::string> values;
  while (!path_template.empty() && !path.empty()) {
    const std::string_view wanted = takeSegment(path_template);
    if (wanted == kRest) {
      values.emplace_back(path.substr(1));
      break;
    }
    const std::string_view segment = takeSegment(path);
    if (!isVariable(wanted)) continue;
    auto value = http::percentDecode(segment);
    if (!value || value->find('/') != std::string::npos || *value == "." || *value == "..") {
      throw Error(
          Code::kInvalidArgument, "BAD_PATH",
          "the path's part \"" + std::string(segment) + "\" is badly percent-encoded, or stands for a slash or dots");
    }
    values.push_back(std::move(*value));
  }
  return values;
}

std::vector<std::string> variableNames(std::string_view path_template) {
  std::vector<std::string> names;
  while (!path_template.empty()) {
    const std::string_view segment = takeSegment(path_template);
    if (isVariable(segment)) names.emplace_back(segment.substr(1, segment.size() - 2));
  }
  return names;
}

}  // namespace kontor::gateway
