#include "chassis/store/migrations.hpp"

#include <algorithm>
#include <charconv>

#include "chassis/base/assert.hpp"

namespace kontor::store {
namespace {

int leadingNumber(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end != text.data() ? number : -1;
}

}  // namespace

std::vector<Migration> migrationsOf(std::span<const EmbeddedFile> files, std::string_view dialect) {
  std::vector<Migration> migrations;
  for (const auto& [path, sql] : files) {
    if (path.size() <= dialect.size() || !path.starts_with(dialect) || path[dialect.size()] != '/') continue;
    std::string_view name = path.substr(dialect.size() + 1);
    if (!name.ends_with(".sql")) continue;
    name.remove_suffix(4);
    migrations.push_back({leadingNumber(name), name, sql});
  }
  std::sort(migrations.begin(), migrations.end(),
            [](const Migration& left, const Migration& right) { return left.version < right.version; });
  for (std::size_t i = 0; i < migrations.size(); ++i)
    KONTOR_ASSERT(migrations[i].version == static_cast<int>(i) + 1,
                  "migrations are files NNNN_name.sql numbered 0001, 0002, 0003 without gaps");
  return migrations;
}

int compatibleFrom(const Migration& migration) {
  constexpr std::string_view kMark = "-- compatible_from: ";
  const int version = migration.sql.starts_with(kMark) ? leadingNumber(migration.sql.substr(kMark.size())) : -1;
  KONTOR_ASSERT(version >= 0 && version <= migration.version,
                "a migration's first line is `-- compatible_from: N`, N at most its own version");
  return version;
}

}  // namespace kontor::store
