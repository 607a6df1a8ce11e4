#pragma once

#include <string>
#include <string_view>

namespace kontor::gateway {

/// An API description (OpenAPI JSON) as a plain page that needs no script: an entry for each operation and type.
std::string docsPage(std::string_view open_api);

}  // namespace kontor::gateway
