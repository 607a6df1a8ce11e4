// Import jobs and the rows they refused.

#include "chassis/base/assert.hpp"
#include "services/catalog/store_sql.hpp"

namespace kontor::catalog {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kAdd =
    "INSERT INTO import_job (id, state, dry_run, actor, blob, header, bytes_total, bytes_read, row_count, products, "
    "variants, images, errors_total, failure, created_at, ended_at) "
    "VALUES ($1, 'running', $2, $3, $4, '[]', $5, 0, 0, 0, 0, 0, 0, '', $6, NULL) ON CONFLICT DO NOTHING";
constexpr std::string_view kRunning = "SELECT id FROM import_job WHERE state = 'running'";
constexpr std::string_view kFind =
    "SELECT id, state, dry_run, bytes_total, bytes_read, row_count, products, variants, images, errors_total, failure, "
    "created_at, ended_at FROM import_job WHERE id = $1";
constexpr std::string_view kErrors =
    "SELECT line, column_name, value, expected, message FROM import_error WHERE job_id = $1 ORDER BY number";
constexpr std::string_view kUpdate =
    "UPDATE import_job SET bytes_read = $2, row_count = $3, products = $4, variants = $5, images = $6, "
    "errors_total = $7, habits = $8 WHERE id = $1";
constexpr std::string_view kAddError =
    "INSERT INTO import_error (job_id, number, line, column_name, value, expected, message) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kFiles =
    "SELECT header, errors_total, habits FROM import_job WHERE state <> 'running' AND NOT dry_run AND header <> '[]' "
    "ORDER BY id DESC LIMIT 20";
constexpr std::string_view kPutHeader = "UPDATE import_job SET header = $2 WHERE id = $1";
constexpr std::string_view kEnd =
    "UPDATE import_job SET state = $2, failure = $3, ended_at = $4 WHERE id = $1 AND state = 'running'";
constexpr std::string_view kFailRunning =
    "UPDATE import_job SET state = 'failed', failure = $1, ended_at = $2 WHERE state = 'running' RETURNING blob";

v1::ImportJob::State stateNamed(std::string_view name) {
  if (name == "running") return v1::ImportJob::STATE_RUNNING;
  if (name == "done") return v1::ImportJob::STATE_DONE;
  KONTOR_ASSERT(name == "failed", "an import is in an unknown state");
  return v1::ImportJob::STATE_FAILED;
}

v1::ImportJob jobOf(const Row& row) {
  v1::ImportJob job;
  job.set_id(row.text(0));
  job.set_state(stateNamed(row.text(1)));
  job.set_dry_run(row.boolean(2));
  job.set_bytes_total(row.int64(3));
  job.set_bytes_read(row.int64(4));
  job.set_rows(row.int64(5));
  job.set_products(row.int64(6));
  job.set_variants(row.int64(7));
  job.set_images(row.int64(8));
  job.set_errors_total(row.int64(9));
  job.set_failure(row.text(10));
  setTime(*job.mutable_created_at(), row.time(11));
  if (!row.isNull(12)) setTime(*job.mutable_ended_at(), row.time(12));
  return job;
}

}  // namespace

task<std::optional<std::string>> StoreSql::addImport(store::Transaction& in, const NewImport& import) {
  const v1::ImportJob& job = import.job;
  store::Params values = params(job.id(), job.dry_run(), import.actor, import.blob, job.bytes_total(), in.now());
  const std::int64_t added = co_await in.execute(kAdd, std::move(values));
  if (added == 1) co_return std::nullopt;
  const Rows rows = co_await in.query(kRunning, params());
  KONTOR_ASSERT(!rows.empty(), "an import is refused only for one that runs");
  co_return rows.front().text(0);
}

task<std::optional<v1::ImportJob>> StoreSql::findImport(store::Statements& in, std::string id) {
  const Rows rows = co_await in.query(kFind, params(id));
  if (rows.empty()) co_return std::nullopt;
  v1::ImportJob job = jobOf(rows.front());
  const Rows errors = co_await in.query(kErrors, params(std::move(id)));
  for (const Row& row : errors) {
    v1::ImportError& error = *job.add_errors();
    error.set_line(row.int64(0));
    error.set_column(row.text(1));
    error.set_value(row.text(2));
    error.set_expected(row.text(3));
    error.set_message(row.text(4));
  }
  co_return job;
}

task<void> StoreSql::updateImport(store::Transaction& in, const v1::ImportJob& job, const FileHabits& habits,
                                  const std::vector<v1::ImportError>& errors, std::int64_t first_number) {
  store::Params values = params(job.id(), job.bytes_read(), job.rows(), job.products(), job.variants(), job.images(),
                                job.errors_total(), store::Bytes{serialised(habits)});
  co_await in.execute(kUpdate, std::move(values));
  std::int64_t number = first_number;
  for (const v1::ImportError& error : errors) {
    store::Params row =
        params(job.id(), number++, error.line(), error.column(), error.value(), error.expected(), error.message());
    co_await in.execute(kAddError, std::move(row));
  }
}

task<void> StoreSql::putImportHeader(store::Transaction& in, std::string id, std::string header) {
  co_await in.execute(kPutHeader, params(std::move(id), std::move(header)));
}

task<bool> StoreSql::endImport(store::Transaction& in, std::string id, std::string failure) {
  const std::string_view state = failure.empty() ? "done" : "failed";
  const std::int64_t ended = co_await in.execute(kEnd, params(std::move(id), state, std::move(failure), in.now()));
  co_return ended == 1;
}

task<std::vector<std::string>> StoreSql::failRunningImports(store::Transaction& in, std::string failure) {
  const Rows rows = co_await in.query(kFailRunning, params(std::move(failure), in.now()));
  std::vector<std::string> blobs;
  for (const Row& row : rows)
    if (!row.text(0).empty()) blobs.push_back(row.text(0));
  co_return blobs;
}

task<std::vector<ImportedFile>> StoreSql::importedFiles(store::Statements& in) {
  const Rows rows = co_await in.query(kFiles, params());
  std::vector<ImportedFile> files;
  for (const Row& row : rows) {
    ImportedFile& file = files.emplace_back();
    file.header = row.text(0);
    file.refused = row.int64(1);
    KONTOR_ASSERT(file.habits.ParseFromString(row.bytes(2)), "what was noted of an imported file reads back");
  }
  co_return files;
}

}  // namespace kontor::catalog
