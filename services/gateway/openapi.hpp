#pragma once

#include <string>
#include <string_view>

namespace kontor::gateway {

/// The description of the REST API (OpenAPI 3.1, JSON), written from the contracts' tables and message types: nobody
/// keeps it by hand, so it cannot lie. `version` is the shop's.
std::string openApi(std::string_view version);

}  // namespace kontor::gateway
