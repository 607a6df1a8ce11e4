#include "apps/kontor/export_products.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "apps/kontor/staff_client.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"

namespace kontor {
namespace {

constexpr Duration kDownloadTimeout = std::chrono::minutes(30);

/// Where the products go: a file, under another name until it is whole, or standard output.
class Target {
 public:
  explicit Target(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
    if (path_.empty()) return;
    file_ = std::fopen(part_.c_str(), "wb");
    if (file_ == nullptr) throw failed(part_);
  }
  ~Target() {
    if (file_ == stdout) return;
    std::fclose(file_);
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  void write(std::string_view piece) {
    if (std::fwrite(piece.data(), 1, piece.size(), file_) != piece.size()) throw failed(where());
  }
  void finish() {
    if (std::fflush(file_) != 0) throw failed(where());
    if (file_ != stdout && std::rename(part_.c_str(), path_.c_str()) != 0) throw failed(path_);
  }

 private:
  std::string where() const { return path_.empty() ? "standard output" : part_; }
  static Error failed(const std::string& where) {
    return Error(Code::kUnavailable, where + " cannot be written: " + std::strerror(errno));
  }

  std::string path_;
  std::string part_;
  std::FILE* file_ = stdout;
};

task<void> runExport(StaffClient& shop, const ExportOptions& options, Target& target, http::Answer& answer) {
  http::Call call;
  call.method = "POST";
  call.target = "/v1/admin/exports";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = options.header.empty() ? "{}" : "{\"header\":\"" + options.header + "\"}";
  call.timeout = kDownloadTimeout;
  call.receive = [&target](std::string_view piece) { target.write(piece); };
  answer = co_await shop.send(std::move(call));
}

void tell(const http::Answer& answer) {
  const auto text = answer.find("Export-Report");
  if (!text) throw Error(Code::kUnavailable, "the shop sent no report with the products: is it a Kontor of this age?");
  const auto report = readAnswer<catalog::v1::ExportReport>(*text);
  std::fprintf(stderr, "%lld products, %lld variants in %lld rows\n", static_cast<long long>(report.products()),
               static_cast<long long>(report.variants()), static_cast<long long>(report.rows()));
  for (const auto& note : report.notes()) std::fprintf(stderr, "  %s\n", note.message().c_str());
}

}  // namespace

int exportProducts(const ExportOptions& options) {
  runtime::RealEnvironment environment(1);
  StaffClient shop(environment, options.shop, options.token, "an export");
  Target target(options.output);
  http::Answer answer;
  runtime::runBlocking(environment.background(), runExport(shop, options, target, answer));
  environment.stop();
  target.finish();
  tell(answer);
  return 0;
}

}  // namespace kontor
