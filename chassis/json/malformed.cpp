#include "chassis/json/malformed.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace kontor::json {
namespace {

bool beyondInteger(std::string_view number) {
  std::int64_t integer = 0;
  std::uint64_t natural = 0;
  const char* end = number.data() + number.size();
  return std::from_chars(number.data(), end, integer).ec != std::errc() &&
         std::from_chars(number.data(), end, natural).ec != std::errc();
}

/// Only what is too large: what is too close to zero reads as zero.
bool beyondDouble(std::string_view number) {
  double value = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc()) return false;
  const std::size_t exponent = number.find_first_of("eE");
  if (exponent != std::string_view::npos) return number[exponent + 1] != '-';
  return number.find_first_of("123456789") < number.find('.');
}

/// Walks the grammar of RFC 8259 until the first fault. Keeps a depth, not a tree; the depth's limit bounds its stack.
class Scanner {
 public:
  Scanner(std::string_view text, int depth_limit) : text_(text), depth_limit_(depth_limit) {}

  bool scan() {
    if (!value()) return false;
    space();
    return done() || fail("nothing may follow the value");
  }
  std::size_t offset() const { return at_; }
  const std::string& fault() const { return fault_; }
  bool tooDeep() const { return too_deep_; }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char wanted) {
    if (done() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void space() {
    while (!done() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool fail(std::string fault) {
    fault_ = done() && fault != "nothing may follow the value" ? "the text ends too early: " + fault : std::move(fault);
    return false;
  }

  bool value() {
    space();
    if (done()) return fail("expected a value");
    switch (peek()) {
      case '{':
        return container('}', "expected \",\" or \"}\" after a member");
      case '[':
        return container(']', "expected \",\" or \"]\" after an item");
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool container(char close, std::string_view expected) {
    const std::size_t start = at_++;
    space();
    if (take(close)) return true;  // the parser does not go into what is empty, so it does not count
    if (++depth_ > depth_limit_) {
      at_ = start;
      too_deep_ = true;
      return fail("more than " + std::to_string(depth_limit_) + " objects and lists inside each other");
    }
    do {
      if (close == '}' && !name()) return false;
      if (!value()) return false;
      space();
    } while (take(','));
    if (!take(close)) return fail(std::string(expected));
    --depth_;
    return true;
  }

  bool name() {
    space();
    if (peek() != '"') return fail("expected a member's name in double quotes");
    if (!string()) return false;
    space();
    return take(':') || fail("expected \":\" after a member's name");
  }

  bool word(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return fail("expected a value");
    at_ += wanted.size();
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start || fail("expected a digit");
  }

  bool number() {
    const std::size_t start = at_;
    const bool negative = take('-');
    if (peek() < '0' || peek() > '9') return fail(negative ? "expected a digit" : "expected a value");
    const std::size_t first = at_;
    if (!digits()) return false;
    if (text_[first] == '0' && at_ - first > 1) {
      at_ = first;
      return fail("a number may not begin with 0");
    }
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!digits()) return false;
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return inRange(start, whole);
  }

  bool inRange(std::size_t start, bool whole) {
    const std::string_view number = text_.substr(start, at_ - start);
    if (!(whole ? beyondInteger(number) : beyondDouble(number))) return true;
    at_ = start;
    return fail("the number is out of range");
  }

  bool string() {
    ++at_;
    while (!done() && text_[at_] != '"') {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20) return fail("a control character in a string must be escaped");
      if (!(byte == '\\' ? escape() : character())) return false;
    }
    return take('"') || fail("expected \" at the end of a string");
  }

  bool escape() {
    const std::size_t start = at_++;
    if (take('u')) {
      const std::optional<unsigned> first = fourHexDigits();
      if (first && (*first < 0xD800 || *first > 0xDFFF)) return true;
      // Beyond the basic plane: two escapes, the higher half first.
      if (first && *first < 0xDC00 && take('\\') && take('u')) {
        const std::optional<unsigned> second = fourHexDigits();
        if (second && *second >= 0xDC00 && *second <= 0xDFFF) return true;
      }
      at_ = start;
      return fail("\\u must be followed by the four hex digits of a character");
    }
    if (!done() && std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos) {
      ++at_;
      return true;
    }
    at_ = start;
    return fail("an unknown escape in a string");
  }

  std::optional<unsigned> fourHexDigits() {
    if (text_.size() - at_ < 4) return std::nullopt;
    unsigned code = 0;
    const auto [end, failure] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    if (failure != std::errc() || end != text_.data() + at_ + 4) return std::nullopt;
    at_ += 4;
    return code;
  }

  /// One character of UTF-8, none overlong, no surrogate, nothing beyond U+10FFFF (RFC 3629).
  bool character() {
    const auto byte = [this](std::size_t ahead) {
      return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : 0U;
    };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    bool good = length > 0;
    for (std::size_t ahead = 1; ahead < length; ++ahead) good = good && byte(ahead) >= 0x80 && byte(ahead) < 0xC0;
    if (lead == 0xE0) good = good && byte(1) >= 0xA0;
    if (lead == 0xED) good = good && byte(1) < 0xA0;
    if (lead == 0xF0) good = good && byte(1) >= 0x90;
    if (lead == 0xF4) good = good && byte(1) < 0x90;
    if (!good) return fail("invalid UTF-8");
    at_ += length;
    return true;
  }

  std::string_view text_;
  int depth_limit_;
  int depth_ = 0;
  std::size_t at_ = 0;
  bool too_deep_ = false;
  std::string fault_;
};

/// "line 3, column 14", both from 1; columns count characters, not bytes.
std::string lineAndColumn(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view last = before.substr(before.rfind('\n') + 1);
  const auto column = 1 + std::count_if(last.begin(), last.end(),
                                        [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Error malformed(std::string_view text, const Limits& limits, std::string_view otherwise) {
  Scanner scanner(text, limits.depth);
  if (scanner.scan())
    return Error(Code::kInvalidArgument, "MALFORMED_JSON", "malformed JSON: " + std::string(otherwise));
  const std::string place = lineAndColumn(text, scanner.offset());
  if (scanner.tooDeep()) {
    return Error(Code::kInvalidArgument, "TOO_DEEP", "JSON nested too deeply at " + place + ": " + scanner.fault());
  }
  return Error(Code::kInvalidArgument, "MALFORMED_JSON", "malformed JSON at " + place + ": " + scanner.fault());
}

}  // namespace kontor::json
