#include "chassis/http/conditional.hpp"

#include <cstdint>
#include <functional>

namespace kontor::http {
namespace {

std::string_view opaque(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

}  // namespace

std::string entityTag(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::uint64_t hash = std::hash<std::string_view>{}(bytes);
  std::string tag = "W/\"0000000000000000\"";
  for (std::size_t i = 0; i < 16; ++i, hash >>= 4) tag[18 - i] = kHex[hash & 15];
  return tag;
}

bool noneMatchNames(std::string_view if_none_match, std::string_view tag) {
  if (if_none_match == "*") return true;
  while (!if_none_match.empty()) {
    const std::size_t comma = if_none_match.find(',');
    std::string_view each = if_none_match.substr(0, comma);
    if_none_match.remove_prefix(comma == std::string_view::npos ? if_none_match.size() : comma + 1);
    while (each.starts_with(' ')) each.remove_prefix(1);
    while (each.ends_with(' ')) each.remove_suffix(1);
    if (!each.empty() && opaque(each) == opaque(tag)) return true;
  }
  return false;
}

}  // namespace kontor::http
