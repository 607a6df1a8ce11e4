#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kontor::testing {

/// Appends one character as UTF-8.
inline void appendUtf8(std::uint32_t code, std::string& out) {
  const auto byte = [&out](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      byte(0xE0U | code >> 12U);
    } else {
      byte(0xF0U | code >> 18U);
      byte(0x80U | (code >> 12U & 0x3FU));
    }
    byte(0x80U | (code >> 6U & 0x3FU));
  }
  byte(0x80U | (code & 0x3FU));
}

/// Valid UTF-8 of characters of every length, for properties of texts: control characters, quotes, letters, emoji.
inline rc::Gen<std::string> anyText() {
  const auto character =
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0x800),
                     rc::gen::inRange<std::uint32_t>(0x800, 0xD800), rc::gen::inRange<std::uint32_t>(0xE000, 0x10000),
                     rc::gen::inRange<std::uint32_t>(0x10000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(character), [](const auto& codes) {
    std::string text;
    for (const std::uint32_t code : codes) appendUtf8(code, text);
    return text;
  });
}

}  // namespace kontor::testing
