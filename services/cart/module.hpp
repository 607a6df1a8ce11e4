#pragma once

#include <memory>

#include "chassis/app/host.hpp"

namespace kontor::cart {

/// Puts cart into a process: its settings, store, contract and sweep. `host` must outlive the module.
std::unique_ptr<app::Module> makeModule(app::Host& host);

}  // namespace kontor::cart
