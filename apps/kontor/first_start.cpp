#include "apps/kontor/first_start.hpp"

#include <filesystem>
#include <memory>
#include <utility>

#include "chassis/app/process.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"

namespace kontor {
namespace {

namespace fs = std::filesystem;
using catalog::v1::Catalog;
using catalog::v1::ImportJob;

constexpr Duration kPollPause = std::chrono::milliseconds(20);

task<void> ensureOwner(std::shared_ptr<user::v1::Users> users, std::string email, FirstStart& first) {
  user::v1::EnsureOwnerRequest request;
  request.set_email(email);
  const auto answer = co_await users->EnsureOwner(rpc::Context::forService("kontor"), std::move(request));
  if (!answer.created()) co_return;
  first.owner = std::move(email);
  first.password = answer.password();
}

task<bool> shopIsEmpty(std::shared_ptr<Catalog> catalogue) {
  catalog::v1::ListAllProductsRequest request;
  request.set_page_size(1);
  const auto answer = co_await catalogue->ListAllProducts(rpc::Context::forService("kontor"), std::move(request));
  co_return answer.products().empty();
}

task<ImportJob> importFile(std::shared_ptr<Catalog> catalogue, std::string blob, std::int64_t size) {
  catalog::v1::ImportProductsRequest request;
  request.mutable_file()->set_content_type("text/csv");
  request.mutable_file()->set_blob(std::move(blob));
  request.mutable_file()->set_size(size);
  const auto context = rpc::Context::forService("kontor");
  ImportJob job = co_await catalogue->ImportProducts(context, std::move(request));
  while (job.state() == ImportJob::STATE_RUNNING) {
    co_await runtime::sleep(kPollPause);
    catalog::v1::GetImportRequest poll;
    poll.set_id(job.id());
    job = co_await catalogue->GetImport(context, std::move(poll));
  }
  co_return job;
}

std::string describe(const ImportJob& job, const std::string& file) {
  if (job.state() == ImportJob::STATE_FAILED) {
    throw Error(Code::kInvalidArgument, "the catalogue " + file + " was not loaded: " + job.failure());
  }
  std::string line = "catalogue: " + std::to_string(job.products()) + " products and " +
                     std::to_string(job.variants()) + " variants from " + file;
  if (job.errors_total() == 0) return line;
  line += "; " + std::to_string(job.errors_total()) + " rows were refused";
  for (const auto& error : job.errors()) line += "\n  " + error.message();
  return line;
}

// The import takes its file from the spool folder and deletes it there, so it gets a copy.
task<void> loadCatalogue(app::Process& process, std::string file, FirstStart& first) {
  auto catalogue = process.directory().client<Catalog>();
  const bool empty = co_await shopIsEmpty(catalogue);
  if (!empty) co_return;
  std::error_code failure;
  const auto size = fs::file_size(file, failure);
  if (failure) {
    throw Error(Code::kNotFound, "the catalogue " + file + " cannot be read: " + failure.message() +
                                     "; give another with CATALOG=, or an empty process.catalogue");
  }
  const std::string blob = process.environment().newId("blob_");
  const fs::path spool = process.dataFolder() / "spool";
  fs::create_directories(spool);
  fs::copy_file(file, spool / blob);
  const ImportJob job = co_await importFile(catalogue, blob, static_cast<std::int64_t>(size));
  first.catalogue = describe(job, file);
}

}  // namespace

FirstStart firstStart(app::Process& process) {
  FirstStart first;
  const auto& settings = process.processSettings();
  if (process.hosts("user")) {
    process.run(ensureOwner(process.directory().client<user::v1::Users>(), settings.owner(), first));
  }
  if (process.hosts("catalog") && !settings.catalogue().empty()) {
    process.run(loadCatalogue(process, settings.catalogue(), first));
  }
  return first;
}

}  // namespace kontor
