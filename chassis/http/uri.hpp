#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kontor::http {

/// Undoes percent-encoding. Nothing when a percent sign is not followed by two hex digits, or when the result holds NUL
/// or is no UTF-8: such text has no meaning in any of our names.
std::optional<std::string> percentDecode(std::string_view text);

/// Encodes all but RFC 3986's unreserved characters.
std::string percentEncode(std::string_view text);

/// Name and value of each query parameter, decoded ("+" is a space), in order, repeated ones too. Nothing when one is
/// badly encoded.
std::optional<std::vector<std::pair<std::string, std::string>>> parseQuery(std::string_view query);

}  // namespace kontor::http
