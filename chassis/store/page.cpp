#include "chassis/store/page.hpp"

#include <algorithm>

#include "chassis/base/error.hpp"
#include "chassis/json/base64.hpp"
#include "chassis/security/sealer.hpp"

namespace kontor::store {
namespace {

constexpr std::int64_t kDefaultSize = 20;
constexpr std::int64_t kMostSize = 100;

// Base64 in the URL-safe alphabet, without padding: a token stands in a query string as it is.
std::string urlSafe(std::string_view bytes) {
  std::string text;
  json::appendBase64(bytes, text);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string place(std::string_view list) { return "page:" + std::string(list); }

}  // namespace

std::int64_t pageSize(std::int32_t asked) {
  if (asked <= 0) return kDefaultSize;
  return asked > kMostSize ? kMostSize : asked;
}

std::string pageToken(const security::Sealer& sealer, std::string_view list, std::string_view cursor) {
  return urlSafe(sealer.seal(cursor, place(list)));
}

std::string pageCursor(const security::Sealer& sealer, std::string_view list, const std::string& token) {
  if (token.empty()) return {};
  try {
    std::string sealed;
    if (json::decodeBase64(token, sealed)) return sealer.open(sealed, place(list));
  } catch (const Error&) {
    // Changed, or a token of another list: the same answer as for anything else that is not ours.
  }
  throw invalidField("pageToken", "INVALID_PAGE_TOKEN", "pass the nextPageToken of the same list, unchanged");
}

}  // namespace kontor::store
