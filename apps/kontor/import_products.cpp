#include "apps/kontor/import_products.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "apps/kontor/staff_client.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"

namespace kontor {
namespace {

using catalog::v1::ImportJob;

constexpr Duration kPollPause = std::chrono::milliseconds(200);
constexpr Duration kUploadTimeout = std::chrono::minutes(30);
constexpr int kBarWidth = 30;

// A bar on one line that is drawn over itself; nothing when nobody is looking at a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(const char* what) : what_(what), shown_(isatty(STDERR_FILENO) == 1) {}
  void show(std::int64_t done, std::int64_t total) const {
    if (!shown_ || total <= 0) return;
    const int filled = static_cast<int>(done * kBarWidth / total);
    const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                            std::string(static_cast<std::size_t>(kBarWidth - filled), '.');
    std::fprintf(stderr, "\r%-10s [%s] %3d %%", what_, bar.c_str(), static_cast<int>(done * 100 / total));
  }
  void end() const {
    if (shown_) std::fputc('\n', stderr);
  }

 private:
  const char* what_;
  bool shown_;
};

http::Call upload(const ImportOptions& options) {
  http::Call call;
  call.method = "POST";
  call.target = std::string("/v1/admin/imports?dryRun=") + (options.dry_run ? "true" : "false") +
                "&trackAll=" + (options.track_all ? "true" : "false") +
                "&setStock=" + (options.set_stock ? "true" : "false");
  call.headers = {{"Content-Type", "text/csv"}};
  call.file = options.file;
  call.timeout = kUploadTimeout;
  return call;
}

task<void> runImport(StaffClient& shop, const ImportOptions& options, ImportJob& job) {
  const ProgressBar sending("sending");
  http::Call call = upload(options);
  call.progress = [&sending](std::int64_t sent, std::int64_t total) { sending.show(sent, total); };
  http::Answer answer = co_await shop.send(std::move(call));
  sending.end();
  job = readAnswer<ImportJob>(answer.body);
  const ProgressBar importing("importing");
  while (job.state() == ImportJob::STATE_RUNNING) {
    importing.show(job.bytes_read(), job.bytes_total());
    co_await runtime::sleep(kPollPause);
    http::Call poll;
    poll.target = "/v1/admin/imports/" + job.id();
    answer = co_await shop.send(std::move(poll));
    job = readAnswer<ImportJob>(answer.body);
  }
  importing.show(job.bytes_total(), job.bytes_total());
  importing.end();
}

int report(const ImportJob& job) {
  for (const auto& error : job.errors()) std::fprintf(stderr, "%s\n", error.message().c_str());
  const auto hidden = job.errors_total() - job.errors_size();
  if (hidden > 0) std::fprintf(stderr, "… and %lld more\n", static_cast<long long>(hidden));
  if (job.state() == ImportJob::STATE_FAILED) {
    std::fprintf(stderr, "kontor: the import failed: %s\n", job.failure().c_str());
    return 1;
  }
  std::printf("%s%lld products, %lld variants, %lld images from %lld rows; %lld rows refused\n",
              job.dry_run() ? "dry run, nothing stored: " : "", static_cast<long long>(job.products()),
              static_cast<long long>(job.variants()), static_cast<long long>(job.images()),
              static_cast<long long>(job.rows()), static_cast<long long>(job.errors_total()));
  return job.errors_total() == 0 ? 0 : 1;
}

}  // namespace

int importProducts(const ImportOptions& options) {
  if (!std::filesystem::is_regular_file(options.file)) {
    throw Error(Code::kNotFound, "there is no file " + options.file);
  }
  runtime::RealEnvironment environment(1);
  StaffClient shop(environment, options.shop, options.token, "an import");
  ImportJob job;
  runtime::runBlocking(environment.background(), runImport(shop, options, job));
  environment.stop();
  return report(job);
}

}  // namespace kontor
