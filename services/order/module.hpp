#pragma once

#include <memory>

#include "chassis/app/host.hpp"

namespace kontor::order {

/// The service `order`: from cart to order, and the order after that.
std::unique_ptr<app::Module> makeModule(app::Host& host);

}  // namespace kontor::order
