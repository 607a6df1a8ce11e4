#pragma once

#include <memory>
#include <string>

#include "chassis/app/host.hpp"
#include "services/gateway/openapi.hpp"  // for `kontor openapi`

namespace kontor::gateway {

/// The public port: REST over every contract of the shop, its description, and the gateway's own pages.
///
/// Binds its port at once (so that one in use ends the start early), accepts from `start`, drains in `stop`.
std::unique_ptr<app::Module> makeModule(app::Host& host);

}  // namespace kontor::gateway
