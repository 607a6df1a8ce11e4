#include "chassis/store/sqlite/schema.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/store/migrations.embed.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/connection.hpp"

namespace kontor::store::sqlite {
namespace {

// The chassis and the service count their versions apart: a chassis update must not collide with a service's number.
constexpr std::string_view kMakeVersions =
    "CREATE TABLE IF NOT EXISTS schema_version (part TEXT NOT NULL, version BIGINT NOT NULL, "
    "compatible_from BIGINT NOT NULL, applied_at BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (part, version))";
constexpr std::string_view kReadVersions =
    "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(compatible_from), 0) FROM schema_version WHERE part = $1";
constexpr std::string_view kRecordVersion =
    "INSERT INTO schema_version (part, version, compatible_from, applied_at, name) VALUES ($1, $2, $3, $4, $5)";

class Migrator {
 public:
  Migrator(Connection& connection, const std::filesystem::path& file, Time now)
      : connection_(connection), file_(file), now_(now) {}

  void check(std::string_view part, std::span<const Migration> migrations) {
    const std::int64_t compatible_from = recorded(part).int64(1);
    const std::int64_t known = migrations.empty() ? 0 : migrations.back().version;
    if (compatible_from > known) throw tooNew(part, compatible_from, known);
  }

  void apply(std::string_view part, std::span<const Migration> migrations) {
    const std::int64_t present = recorded(part).int64(0);
    for (const Migration& migration : migrations)
      if (migration.version > present) step(part, migration);
  }

 private:
  Row recorded(std::string_view part) { return connection_.select(kReadVersions, params(part)).at(0); }

  Error tooNew(std::string_view part, std::int64_t compatible_from, std::int64_t known) const {
    return Error(Code::kFailedPrecondition, "SCHEMA_TOO_NEW",
                 "the store " + file_.string() + " was written by a newer Kontor: its " + std::string(part) +
                     " schema needs a binary that knows version " + std::to_string(compatible_from) +
                     ", this one knows version " + std::to_string(known) +
                     "; start the newer binary, or restore a backup made before its first start");
  }

  void step(std::string_view part, const Migration& migration) {
    connection_.script("BEGIN IMMEDIATE");
    try {
      connection_.script(std::string(migration.sql));
      Params record = params(part, migration.version, compatibleFrom(migration), now_, migration.name);
      connection_.change(kRecordVersion, record);
      connection_.script("COMMIT");
    } catch (const Error& error) {
      if (!connection_.autocommit()) connection_.script("ROLLBACK");
      throw Error(error.code(), error.reason(),
                  "the migration " + std::string(migration.name) + " failed: " + error.message());
    }
  }

  Connection& connection_;
  const std::filesystem::path& file_;
  Time now_;
};

}  // namespace

void migrate(Connection& connection, std::span<const Migration> migrations, const std::filesystem::path& file,
             Time now) {
  connection.script(std::string(kMakeVersions));
  Migrator migrator(connection, file, now);
  const std::vector<Migration> chassis = migrationsOf(kMigrations, "sqlite");
  // Both are checked before either is touched: a refused file stays as it was.
  migrator.check("chassis", chassis);
  migrator.check("service", migrations);
  migrator.apply("chassis", chassis);
  migrator.apply("service", migrations);
}

}  // namespace kontor::store::sqlite
