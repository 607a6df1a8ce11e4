#pragma once

#include <string_view>

namespace kontor::security {

/// Whether a password (in lower case) is one of the common ones that a short list can hold.
bool isGuessablePassword(std::string_view lower_case);

}  // namespace kontor::security
