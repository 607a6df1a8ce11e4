#include "chassis/store/sqlite/inspection.hpp"

#include <algorithm>

#include "chassis/store/migrations.embed.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/connection.hpp"

namespace kontor::store::sqlite {
namespace {

constexpr std::string_view kVersions =
    "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(compatible_from), 0) FROM schema_version WHERE part = $1";

struct Age {
  std::int64_t version;
  std::int64_t known;
  SchemaAge age;
};

Age ageOf(Connection& connection, std::string_view part, std::span<const Migration> migrations) {
  const Row row = connection.select(kVersions, params(part)).at(0);
  Age age{row.int64(0), migrations.empty() ? 0 : migrations.back().version, SchemaAge::kSame};
  if (row.int64(1) > age.known) {
    age.age = SchemaAge::kTooNew;
  } else if (age.version != age.known) {
    age.age = age.version < age.known ? SchemaAge::kOlder : SchemaAge::kNewer;
  }
  return age;
}

}  // namespace

Inspection inspect(const std::filesystem::path& file, std::span<const Migration> migrations) {
  Connection connection(file, "", Role::kWriter, true);
  Inspection found;
  for (const Row& row : connection.run("PRAGMA integrity_check(20)", {})) {
    const std::string& line = row.text(0);
    if (line == "ok") continue;
    found.damage.push_back(line);
    found.readable = found.readable && line.starts_with("CHECK constraint failed");
  }
  const Age chassis = ageOf(connection, "chassis", migrationsOf(kMigrations, "sqlite"));
  const Age service = ageOf(connection, "service", migrations);
  found.version = service.version;
  found.known = service.known;
  found.schema = std::max(chassis.age, service.age);
  return found;
}

}  // namespace kontor::store::sqlite
