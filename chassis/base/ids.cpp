#include "chassis/base/ids.hpp"

#include <algorithm>

namespace kontor {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

std::string crockford(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8 | byte) & 0xFFFF;
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kAlphabet[buffer >> (bits - 5) & 31]);
  }
  if (bits > 0) text.push_back(kAlphabet[buffer << (5 - bits) & 31]);
  return text;
}

std::string makeId(std::string_view prefix, Time now, const IdEntropy& entropy) {
  auto millis = static_cast<std::uint64_t>(toMicros(now) / 1000);
  std::string text(prefix);
  const std::size_t start = text.size();
  text.append(10, '0');
  for (std::size_t i = 10; i > 0; --i, millis >>= 5) text[start + i - 1] = kAlphabet[millis & 31];
  return text + crockford(entropy);
}

std::string makeSecret(std::string_view prefix, const SecretEntropy& entropy) {
  return std::string(prefix) + crockford(entropy);
}

}  // namespace kontor
