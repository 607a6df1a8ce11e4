#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "chassis/base/time.hpp"

namespace kontor::security {

/// How far a signature's time may lie from ours, either way.
constexpr Duration kSignatureWindow = std::chrono::minutes(5);

/// HMAC-SHA256 of `data` (RFC 2104); 32 bytes.
std::string hmacSha256(std::string_view key, std::string_view data);

/// The header that signs a webhook's body: "t=1492774577,v1=<hex>", an HMAC-SHA256 over "<t>.<body>".
/// Source: docs.stripe.com/webhooks#verify-manually.
std::string signBody(std::string_view secret, std::string_view body, Time now);

enum class SignatureCheck : std::uint8_t {
  kValid,
  kMalformed,  // no t= or no v1= in the header
  kMismatch,   // another secret, or a changed body
  kExpired,    // rightly signed, but too long ago (a replay) or in the future
};

/// Checks `header` against each of `secrets` (several while one is being replaced) in constant time.
SignatureCheck checkSignature(std::string_view header, std::string_view body, std::span<const std::string> secrets,
                              Time now);

}  // namespace kontor::security
