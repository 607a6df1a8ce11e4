#pragma once

#include <string>

namespace kontor {

/// The token that a command speaks to a shop with: `given`, else KONTOR_TOKEN. Throws UNAUTHENTICATED when there is
/// none; `what` ("an import") is what needs it.
std::string staffToken(const std::string& given, const std::string& what);

}  // namespace kontor
