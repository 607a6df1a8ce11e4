#include "chassis/http/plain_head.hpp"

#include <array>
#include <cstdint>

namespace kontor::http {
namespace {

enum Class : std::uint8_t { kToken = 1, kTarget = 2, kValue = 4 };

/// What each byte may stand in: RFC 9110 5.6.2 for tokens, printable ASCII for targets and values.
constexpr std::array<std::uint8_t, 256> makeClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) {
    classes[c] = kValue;
    if (c > 0x20 && c != '#') classes[c] |= kTarget;
  }
  classes['\t'] = kValue;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    classes[static_cast<unsigned char>(c)] |= kToken;
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = makeClasses();

/// The longest front of `text` whose bytes are all of one class.
std::string_view frontOf(std::string_view text, Class wanted) {
  std::size_t size = 0;
  while (size < text.size() && (kClasses[static_cast<unsigned char>(text[size])] & wanted) != 0) ++size;
  return text.substr(0, size);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// What a header means to the connection itself.
enum class Meaning : std::uint8_t { kNone, kHost, kConnection, kNotPlain };

Meaning meaningOf(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equalsIgnoringCase(name, "Host") ? Meaning::kHost : Meaning::kNone;
    case 6:
      return equalsIgnoringCase(name, "Expect") ? Meaning::kNotPlain : Meaning::kNone;
    case 7:
      return equalsIgnoringCase(name, "Upgrade") ? Meaning::kNotPlain : Meaning::kNone;
    case 10:
      return equalsIgnoringCase(name, "Connection") ? Meaning::kConnection : Meaning::kNone;
    case 14:
      return equalsIgnoringCase(name, "Content-Length") ? Meaning::kNotPlain : Meaning::kNone;
    case 16:
      return equalsIgnoringCase(name, "Proxy-Connection") ? Meaning::kNotPlain : Meaning::kNone;
    case 17:
      return equalsIgnoringCase(name, "Transfer-Encoding") ? Meaning::kNotPlain : Meaning::kNone;
    default:
      return Meaning::kNone;
  }
}

/// "GET /path HTTP/1.1\r\n", taken off `bytes`.
bool readRequestLine(std::string_view& bytes, RequestHead& head) {
  constexpr std::string_view kEnd = " HTTP/1.1\r\n";
  head.method = frontOf(bytes, kToken);
  if (head.method.empty() || head.method.size() == bytes.size() || bytes[head.method.size()] != ' ') return false;
  bytes.remove_prefix(head.method.size() + 1);
  head.target = frontOf(bytes, kTarget);
  bytes.remove_prefix(head.target.size());
  if (!head.target.starts_with('/') || !bytes.starts_with(kEnd)) return false;
  bytes.remove_prefix(kEnd.size());
  return true;
}

/// "Name: value\r\n", taken off `bytes`.
bool readHeader(std::string_view& bytes, Header& header) {
  header.name = frontOf(bytes, kToken);
  if (header.name.empty() || header.name.size() == bytes.size() || bytes[header.name.size()] != ':') return false;
  bytes.remove_prefix(header.name.size() + 1);
  const std::string_view value = frontOf(bytes, kValue);
  bytes.remove_prefix(value.size());
  if (!bytes.starts_with("\r\n")) return false;
  bytes.remove_prefix(2);
  header.value = trimmed(value);
  return true;
}

}  // namespace

bool readPlainHead(std::string_view bytes, RequestHead& head, bool& keep_alive) {
  head.headers.clear();
  keep_alive = true;
  if (!readRequestLine(bytes, head)) return false;
  int hosts = 0;
  bool connection = false;
  while (bytes != "\r\n") {
    Header header;
    if (!readHeader(bytes, header)) return false;
    const Meaning meaning = meaningOf(header.name);
    if (meaning == Meaning::kNotPlain) return false;
    if (meaning == Meaning::kHost) ++hosts;
    if (meaning == Meaning::kConnection) {
      const bool close = equalsIgnoringCase(header.value, "close");
      if (connection || (!close && !equalsIgnoringCase(header.value, "keep-alive"))) return false;
      connection = true;
      keep_alive = !close;
    }
    head.headers.push_back(header);
  }
  return hosts == 1;
}

}  // namespace kontor::http
