#pragma once

#include <string_view>

#include "chassis/json/reader.hpp"

namespace kontor::json {

/// The error of a text that the parser refused: scans it a second time, slowly, for the place of the first fault.
/// `otherwise` is the parser's own word, for a fault that the scan does not find. Only for refused texts.
Error malformed(std::string_view text, const Limits& limits, std::string_view otherwise);

}  // namespace kontor::json
