#pragma once

#include <filesystem>
#include <span>

#include "chassis/store/sql.hpp"

namespace kontor::store::sqlite {

class Connection;

/// Brings the file's schema up to the binary's: the chassis's own tables first, then the service's.
///
/// Each migration is one transaction, recorded in schema_version. Throws SCHEMA_TOO_NEW when the file was made by a
/// newer binary whose schema this one cannot work on; a newer schema that it can work on is left as it is.
void migrate(Connection& connection, std::span<const Migration> migrations, const std::filesystem::path& file,
             Time now);

}  // namespace kontor::store::sqlite
