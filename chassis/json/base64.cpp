#include "chassis/json/base64.hpp"

#include <array>
#include <cstdint>

namespace kontor::json {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> makeDigits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNone);
  for (std::uint8_t digit = 0; digit < 64; ++digit) digits[static_cast<unsigned char>(kAlphabet[digit])] = digit;
  digits['-'] = 62;
  digits['_'] = 63;
  return digits;
}
constexpr std::array<std::uint8_t, 256> kDigits = makeDigits();

constexpr std::uint32_t byteAt(std::string_view data, std::size_t at) {
  return at < data.size() ? static_cast<unsigned char>(data[at]) : 0U;
}

}  // namespace

void appendBase64(std::string_view data, std::string& out) {
  for (std::size_t at = 0; at < data.size(); at += 3) {
    const std::uint32_t group = byteAt(data, at) << 16U | byteAt(data, at + 1) << 8U | byteAt(data, at + 2);
    out.push_back(kAlphabet[group >> 18U]);
    out.push_back(kAlphabet[group >> 12U & 63U]);
    out.push_back(at + 1 < data.size() ? kAlphabet[group >> 6U & 63U] : '=');
    out.push_back(at + 2 < data.size() ? kAlphabet[group & 63U] : '=');
  }
}

bool decodeBase64(std::string_view text, std::string& out) {
  if (text.size() % 4 == 0) {
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return false;
  std::string decoded;
  decoded.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;  // how many of the low bits are not yet written
  for (const char character : text) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(character)];
    if (digit == kNone) return false;
    bits = bits << 6U | digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    decoded.push_back(static_cast<char>(bits >> static_cast<unsigned>(held) & 0xFFU));
  }
  // Left-over bits other than zero: two texts would mean the same bytes.
  if ((bits & ((1U << static_cast<unsigned>(held)) - 1U)) != 0) return false;
  out = std::move(decoded);
  return true;
}

}  // namespace kontor::json
