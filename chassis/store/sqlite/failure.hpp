#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "chassis/base/error.hpp"

namespace kontor::store::sqlite {

/// The error that a SQLite result means to callers. `result` is an extended result code, `message` SQLite's own words,
/// `sql` the statement. A failed sync does not return: it ends the process.
Error failure(int result, const std::string& message, const std::filesystem::path& file, std::string_view sql);

}  // namespace kontor::store::sqlite
