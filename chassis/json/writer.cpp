#include "chassis/json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "chassis/base/assert.hpp"
#include "chassis/json/base64.hpp"

namespace kontor::json {
namespace {

/// 0: stands for itself; 'u': needs \u00XX; otherwise the letter after the backslash.
constexpr std::array<char, 256> makeEscapes() {
  std::array<char, 256> escapes{};
  for (std::size_t control = 0; control < 0x20; ++control) escapes[control] = 'u';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  return escapes;
}
constexpr std::array<char, 256> kEscapes = makeEscapes();

void appendQuoted(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  std::size_t plain = 0;  // where the run of bytes that need no escape began
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const char escape = kEscapes[byte];
    if (escape == 0) [[likely]]
      continue;
    out.append(text, plain, at - plain);
    plain = at + 1;
    out.push_back('\\');
    out.push_back(escape);
    if (escape == 'u') out.append("00").append({kHex[byte >> 4U], kHex[byte & 0xFU]});
  }
  out.append(text, plain);
  out.push_back('"');
}

template <class Number>
void appendNumber(Number value, std::string& out) {
  std::array<char, 32> digits;
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  KONTOR_ASSERT(failure == std::errc(), "32 characters hold any number");
  out.append(digits.data(), end);
}

}  // namespace

void Writer::key(std::string_view name) {
  separate();
  appendQuoted(name, out_);
  out_.push_back(':');
  fresh_ = true;
}

void Writer::string(std::string_view text) {
  separate();
  appendQuoted(text, out_);
}

void Writer::number(std::int64_t value) {
  separate();
  appendNumber(value, out_);
}

void Writer::number(std::uint64_t value) {
  separate();
  appendNumber(value, out_);
}

void Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  appendNumber(value, out_);
}

void Writer::number(float value) {
  if (!std::isfinite(value)) return null();
  separate();
  appendNumber(value, out_);
}

void Writer::boolean(bool value) { raw(value ? "true" : "false"); }

void Writer::null() { raw("null"); }

void Writer::bytes(std::string_view data) {
  separate();
  out_.push_back('"');
  appendBase64(data, out_);
  out_.push_back('"');
}

}  // namespace kontor::json
