#pragma once

#include <string_view>

namespace kontor {

/// The version of this binary; the CMake project's number.
inline constexpr std::string_view kVersion = KONTOR_VERSION;

}  // namespace kontor
