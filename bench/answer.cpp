#include "bench/answer.hpp"

#include <strings.h>

#include <charconv>
#include <optional>

namespace kontor::bench {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool equalsIgnoringCase(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

// The value of a header in the lines between the status line and the blank one.
std::optional<std::string_view> header(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::size_t end = lines.find(kLineEnd);
    std::string_view line = lines.substr(0, end);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        equalsIgnoringCase(line.substr(0, name.size()), name)) {
      line.remove_prefix(name.size() + 1);
      const std::size_t begin = line.find_first_not_of(" \t");
      return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
    }
    if (end == std::string_view::npos) break;
    lines.remove_prefix(end + kLineEnd.size());
  }
  return std::nullopt;
}

bool hasNoBody(int status) { return status == 204 || status == 304; }

}  // namespace

Parsed parseAnswer(std::string_view buffer, Answer& out) {
  const std::size_t head_end = buffer.find(kHeadEnd);
  if (head_end == std::string_view::npos) return Parsed::kPart;
  const std::string_view head = buffer.substr(0, head_end);
  if (!head.starts_with("HTTP/1.1 ") || head.size() < kStatusAt + 3) return Parsed::kMalformed;
  const auto status = number<int>(head.substr(kStatusAt, 3));
  if (!status) return Parsed::kMalformed;
  const std::size_t first_line_end = head.find(kLineEnd);
  const std::string_view lines =
      first_line_end == std::string_view::npos ? std::string_view() : head.substr(first_line_end + kLineEnd.size());
  std::size_t length = 0;
  if (const auto text = header(lines, "Content-Length")) {
    const auto value = number<std::size_t>(*text);
    if (!value) return Parsed::kMalformed;
    length = *value;
  } else if (!hasNoBody(*status)) {
    return Parsed::kMalformed;
  }
  const std::size_t body_at = head_end + kHeadEnd.size();
  if (buffer.size() < body_at + length) return Parsed::kPart;
  const auto connection = header(lines, "Connection");
  out = {*status, buffer.substr(body_at, length), body_at + length,
         connection && equalsIgnoringCase(*connection, "close")};
  return Parsed::kWhole;
}

std::string_view textMember(std::string_view json, std::string_view quoted_name) {
  const std::size_t at = json.find(quoted_name);
  if (at == std::string_view::npos) return {};
  const std::size_t open = json.find('"', at + quoted_name.size());
  if (open == std::string_view::npos) return {};
  return json.substr(open + 1, json.find('"', open + 1) - open - 1);
}

}  // namespace kontor::bench
