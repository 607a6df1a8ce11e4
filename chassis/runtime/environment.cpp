#include "chassis/runtime/environment.hpp"

#include "chassis/base/assert.hpp"

namespace kontor::runtime {

std::uint64_t Random::next() {
  std::array<std::uint8_t, 8> bytes;
  fill(bytes);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  KONTOR_ASSERT(bound > 0, "no number is below zero");
  // Draws from the incomplete last stretch of the range are thrown away: they would favour small numbers.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

std::string Environment::newId(std::string_view prefix) {
  IdEntropy entropy;
  random().fill(entropy);
  return makeId(prefix, clock().now(), entropy);
}

std::string Environment::newSecret(std::string_view prefix) {
  SecretEntropy entropy;
  random().fill(entropy);
  return makeSecret(prefix, entropy);
}

}  // namespace kontor::runtime
