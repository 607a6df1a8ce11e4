#pragma once

#include <string>
#include <string_view>

namespace kontor::json {

/// Appends `data` in standard base64 with padding (RFC 4648, section 4).
void appendBase64(std::string_view data, std::string& out);
/// Reads the standard or the URL-safe alphabet, padding optional; false, with `out` untouched, when it is neither.
bool decodeBase64(std::string_view text, std::string& out);

}  // namespace kontor::json
