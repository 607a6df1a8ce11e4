#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "chassis/base/time.hpp"

namespace kontor {

/// Ten random bytes: the unguessable part of an id.
using IdEntropy = std::array<std::uint8_t, 10>;
/// Twenty random bytes: 160 bits, enough for a secret that alone grants access.
using SecretEntropy = std::array<std::uint8_t, 20>;

/// A prefixed ULID ("order_01JD…"): sorts by time, identifies, never authorises. Pure: `runtime::Random` draws the
/// entropy. Source: github.com/ulid/spec (48 bits of milliseconds, 80 random bits, Crockford base 32).
std::string makeId(std::string_view prefix, Time now, const IdEntropy& entropy);

/// A secret of 32 Crockford characters behind `prefix` ("cart_…"); may be logged only as its route's template.
std::string makeSecret(std::string_view prefix, const SecretEntropy& entropy);

/// Crockford base 32 of `bytes`, five bits a character, the last one padded with zero bits.
std::string crockford(std::span<const std::uint8_t> bytes);

}  // namespace kontor
