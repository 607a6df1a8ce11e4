#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace kontor::store {
struct Migration;
}

namespace kontor::store::sqlite {

/// How a file's schema stands to the binary that looks at it.
enum class SchemaAge : std::uint8_t {
  kSame,
  kOlder,   // the next start brings it up to date
  kNewer,   // by a newer binary, but this one can work on it
  kTooNew,  // this binary refuses it
};

/// What a file says of itself.
struct Inspection {
  std::vector<std::string> damage;  // in SQLite's own words, the first 20
  bool readable = true;             // the damage, if any, is rows that break their table's rules; the file is whole
  SchemaAge schema = SchemaAge::kSame;
  std::int64_t version = 0;  // of the service's schema
  std::int64_t known = 0;    // the newest that this binary knows
};

/// Reads the whole file against itself (PRAGMA integrity_check) and its schema against `migrations`. Changes nothing
/// but to recover the file after a crash, as any start does.
///
/// Throws as Statements do when the file cannot be opened, DATA_LOSS / "STORE_CORRUPT" when it is no database at all.
/// Needs the data folder's lock. Blocking.
Inspection inspect(const std::filesystem::path& file, std::span<const Migration> migrations);

}  // namespace kontor::store::sqlite
