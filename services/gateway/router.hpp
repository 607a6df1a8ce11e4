#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::gateway {

struct Route;

/// What a path leads to.
struct RouteMatch {
  /// Null: no route has this path, or none of its routes this verb.
  const Route* route = nullptr;
  /// The verbs that the path does have, for 405 and OPTIONS: "GET, HEAD, POST". Empty: the path is unknown.
  std::string allow;
};

/// Finds routes by path: a tree of segments in which a literal beats a variable. Filled at start, then read only and
/// thread-safe. Paths are compared as they came, percent-encoded; a path with an encoded letter in a literal is
/// unknown.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;

  /// `path` is a template: "/v1/store/carts/{cart_id}/lines"; a last segment "**" takes any rest. Asserts that no other
  /// route has the same verb and path.
  void add(std::string_view verb, std::string_view path, const Route* route);

  /// HEAD is found as GET.
  RouteMatch match(std::string_view verb, std::string_view path) const;

 private:
  struct Node;
  static const Node* find(const Node& node, std::string_view rest);
  std::unique_ptr<Node> root_;
};

/// The decoded values of a template's variables in `path`, which it matches, in order; a "**" gives its rest undecoded.
/// Throws INVALID_ARGUMENT / "BAD_PATH" for bad percent-encoding, a decoded slash, or a dot segment.
std::vector<std::string> variablesOf(std::string_view path_template, std::string_view path);
/// The names of a template's variables, in order.
std::vector<std::string> variableNames(std::string_view path_template);

}  // namespace kontor::gateway
