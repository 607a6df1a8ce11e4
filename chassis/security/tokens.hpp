#pragma once

#include <string>
#include <string_view>

namespace kontor::security {

/// What is stored of a token: 64 hexadecimal characters (BLAKE2b-256). Tokens are long and random
/// (`Environment::newSecret`), so neither salt nor slowness is needed; not for passwords.
std::string tokenHash(std::string_view token);

/// Compares secrets in a time that depends on their lengths alone.
bool equalSecrets(std::string_view a, std::string_view b);

}  // namespace kontor::security
