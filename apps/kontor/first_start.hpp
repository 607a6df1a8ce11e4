#pragma once

#include <string>

namespace kontor::app {
class Process;
}

namespace kontor {

/// What a new shop was given.
struct FirstStart {
  std::string owner;
  std::string password;   // empty: the owner was there already
  std::string catalogue;  // a line to print about the loaded product file; empty: none was loaded
};

/// Makes the owner of a new shop and loads the configured catalogue when the shop has no products. Does nothing in a
/// shop that has both, or for services that this process does not host. Throws Error when the file cannot be imported.
FirstStart firstStart(app::Process& process);

}  // namespace kontor
