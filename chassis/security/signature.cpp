#include "chassis/security/signature.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "chassis/security/sodium.hpp"
#include "chassis/security/tokens.hpp"

namespace kontor::security {
namespace {

// More are no rotation of keys but an attempt to make us work.
constexpr std::size_t kMaxSignatures = 8;

struct Parts {
  std::optional<std::int64_t> seconds;
  std::vector<std::string_view> signatures;
};

Parts partsOf(std::string_view header) {
  Parts parts;
  while (!header.empty()) {
    const std::string_view item = header.substr(0, header.find(','));
    header.remove_prefix(std::min(item.size() + 1, header.size()));
    if (item.starts_with("v1=") && parts.signatures.size() < kMaxSignatures) {
      parts.signatures.push_back(item.substr(3));
    } else if (item.starts_with("t=")) {
      std::int64_t seconds = 0;
      const auto [end, failure] = std::from_chars(item.data() + 2, item.data() + item.size(), seconds);
      if (failure == std::errc() && end == item.data() + item.size()) parts.seconds = seconds;
    }
  }
  return parts;
}

std::string signatureOf(std::string_view secret, std::int64_t seconds, std::string_view body) {
  return toHex(hmacSha256(secret, std::to_string(seconds) + "." + std::string(body)));
}

}  // namespace

std::string hmacSha256(std::string_view key, std::string_view data) {
  readySodium();
  crypto_auth_hmacsha256_state state;
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(data.data()), data.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string signBody(std::string_view secret, std::string_view body, Time now) {
  const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return "t=" + std::to_string(seconds) + ",v1=" + signatureOf(secret, seconds, body);
}

SignatureCheck checkSignature(std::string_view header, std::string_view body, std::span<const std::string> secrets,
                              Time now) {
  const Parts parts = partsOf(header);
  if (!parts.seconds || parts.signatures.empty()) return SignatureCheck::kMalformed;
  bool valid = false;
  for (const std::string& secret : secrets) {
    const std::string expected = signatureOf(secret, *parts.seconds, body);
    for (const std::string_view signature : parts.signatures) valid |= equalSecrets(expected, signature);
  }
  if (!valid) return SignatureCheck::kMismatch;
  const std::int64_t window = std::chrono::duration_cast<std::chrono::seconds>(kSignatureWindow).count();
  const std::int64_t present = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const bool recent = *parts.seconds >= present - window && *parts.seconds <= present + window;
  return recent ? SignatureCheck::kValid : SignatureCheck::kExpired;
}

}  // namespace kontor::security
