#pragma once

#include <optional>
#include <string>
#include <vector>

namespace kontor {

/// The words of `kontor serve`; each but `config` overrides a setting of the file.
struct ServeOptions {
  std::string config;
  std::vector<std::string> only;
  std::optional<int> port;
  std::optional<int> operations_port;
  std::optional<std::string> data;
  std::optional<std::string> catalogue;
};

/// Runs the shop until SIGINT or SIGTERM, then drains it. Prints "Kontor is open: URL", "operations: URL" and, in a new
/// shop, "owner: EMAIL password: PASSWORD", each on a line of its own. Throws Error when it cannot start.
int serve(const ServeOptions& options);

}  // namespace kontor
