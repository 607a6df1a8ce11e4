#pragma once

#include <memory>

#include "chassis/app/host.hpp"

namespace kontor::payment {

/// Payments: settings, the book, the providers, the contract.
std::unique_ptr<app::Module> makeModule(app::Host& host);

}  // namespace kontor::payment
