#include "services/catalog/shopify/text.hpp"

#include <algorithm>

namespace kontor::catalog::shopify {
namespace {

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool isWordByte(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
         static_cast<unsigned char>(character) >= 0x80;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equalsIgnoringCase(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char one, char other) { return lower(one) == lower(other); });
}

std::string slugOf(std::string_view text) {
  std::string slug;
  bool gap = false;
  for (const char character : lowered(text)) {
    if (!isWordByte(character)) {
      gap = !slug.empty();
      continue;
    }
    if (gap) slug += '-';
    gap = false;
    slug += character;
  }
  return slug;
}

}  // namespace kontor::catalog::shopify
