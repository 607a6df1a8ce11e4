#include "chassis/security/tokens.hpp"

#include <sodium.h>

#include "chassis/security/sodium.hpp"

namespace kontor::security {

std::string tokenHash(std::string_view token) { return toHex(blake2b(token)); }

bool equalSecrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace kontor::security
