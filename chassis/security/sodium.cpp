#include "chassis/security/sodium.hpp"

#include <sodium.h>

#include "chassis/base/assert.hpp"

namespace kontor::security {

void readySodium() {
  static const bool kReady = sodium_init() >= 0;
  KONTOR_ASSERT(kReady, "libsodium cannot be used on this machine");
}

std::string toHex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  out.pop_back();
  return out;
}

std::string blake2b(std::string_view data, std::string_view key) {
  readySodium();
  std::string out(crypto_generichash_BYTES, '\0');
  const int failed = crypto_generichash(
      reinterpret_cast<unsigned char*>(out.data()), out.size(), reinterpret_cast<const unsigned char*>(data.data()),
      data.size(), key.empty() ? nullptr : reinterpret_cast<const unsigned char*>(key.data()), key.size());
  KONTOR_ASSERT(failed == 0, "a hash key is 16 to 64 bytes long");
  return out;
}

}  // namespace kontor::security
