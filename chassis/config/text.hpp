#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/config/settings.hpp"

namespace kontor::config {

/// "1h30m", "20s", "500ms", "10us": whole numbers, each with its unit; nothing when the text is no duration or does not
/// fit. Units: d, h, m, s, ms, us, ns.
std::optional<std::chrono::nanoseconds> parseDuration(std::string_view text);

/// A text with its references replaced, or why one could not be.
struct Expanded {
  std::string text;
  std::string reason;  // empty: all went well; else "UNSET_VARIABLE", "UNREADABLE_FILE" or "BAD_REFERENCE"
  std::string detail;
};
/// Replaces ${env:NAME} and ${file:PATH}; relative paths count from `folder`. What they bring is not expanded again.
Expanded expand(std::string_view text, const Variables& variables, const std::filesystem::path& folder);

/// The candidate that `word` was probably meant to be; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace kontor::config
