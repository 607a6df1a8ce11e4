#pragma once

#include <memory>

#include "chassis/app/host.hpp"

namespace kontor::notification {

/// Puts notification into a process: its settings, store, contract, consumers and sender. `host` outlives the module.
std::unique_ptr<app::Module> makeModule(app::Host& host);

}  // namespace kontor::notification
