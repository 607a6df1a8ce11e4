#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kontor::catalog::shopify {

/// Where `text` first stops being text: the offset of a byte that is not valid UTF-8 (overlong forms, surrogates
/// and values above U+10FFFF included) or is NUL, which no text column of a database takes; npos if all is well.
size_t findInvalidText(std::string_view text) noexcept;

/// `bytes` made fit for a message: control characters and invalid bytes as `\xE9`, cut after `bytes_max` with `...`.
std::string printable(std::string_view bytes, size_t bytes_max = 80);

}  // namespace kontor::catalog::shopify
