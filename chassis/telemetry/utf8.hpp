#pragma once

#include <string>
#include <string_view>

namespace kontor::telemetry {

/// `text` as valid UTF-8 of at most about `limit` bytes: each invalid byte becomes U+FFFD, a cut text ends in "…".
std::string cleanText(std::string_view text, std::size_t limit);

}  // namespace kontor::telemetry
