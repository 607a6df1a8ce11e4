#pragma once

#include <memory>

#include "chassis/app/host.hpp"

namespace kontor::catalog {

/// Puts catalog into a process: its settings, store, contract and importer. `host` must outlive the module.
std::unique_ptr<app::Module> makeModule(app::Host& host);

}  // namespace kontor::catalog
