#include "services/catalog/shopify/utf8.hpp"

#include <cstdint>

namespace kontor::catalog::shopify {
namespace {

// What may follow a lead byte: how many bytes in all, and the range of the second, which is what rules out overlong
// forms, surrogates and values above U+10FFFF (Unicode, table 3-7).
struct Sequence {
  size_t length;
  uint8_t second_min;
  uint8_t second_max;
};

Sequence sequenceOf(uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// The length of the character at `at`, or 0 if there is none.
size_t characterLength(std::string_view text, size_t at) {
  const auto byte = [text](size_t index) { return static_cast<uint8_t>(text[index]); };
  if (byte(at) < 0x80) return byte(at) == 0 ? 0 : 1;
  const Sequence sequence = sequenceOf(byte(at));
  if (sequence.length == 0 || at + sequence.length > text.size()) return 0;
  if (byte(at + 1) < sequence.second_min || byte(at + 1) > sequence.second_max) return 0;
  for (size_t i = 2; i < sequence.length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  return sequence.length;
}

void appendEscaped(std::string& out, uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

size_t findInvalidText(std::string_view text) noexcept {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = characterLength(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string printable(std::string_view bytes, size_t bytes_max) {
  std::string out;
  size_t at = 0;
  while (at < bytes.size()) {
    if (out.size() >= bytes_max) return out + "...";
    const size_t length = characterLength(bytes, at);
    const auto byte = static_cast<uint8_t>(bytes[at]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      appendEscaped(out, byte);
      ++at;
    } else {
      out += bytes.substr(at, length);
      at += length;
    }
  }
  return out;
}

}  // namespace kontor::catalog::shopify
