#pragma once

#include <string>
#include <string_view>

namespace kontor::catalog::shopify {

/// Without the blanks, tabs and line ends around it.
std::string_view trimmed(std::string_view text) noexcept;

/// Capitals A to Z made small; other bytes stay.
std::string lowered(std::string_view text);

/// Equal but for the case of A to Z.
bool equalsIgnoringCase(std::string_view left, std::string_view right) noexcept;

/// Lower case, with one hyphen in place of each run of ASCII that is neither letter nor digit; none at the ends.
/// Letters beyond ASCII stay as they are: `Größe 42/L` becomes `größe-42-l`.
std::string slugOf(std::string_view text);

}  // namespace kontor::catalog::shopify
