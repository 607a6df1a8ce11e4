#include "apps/kontor/doctor.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "apps/kontor/doctor_host.hpp"
#include "apps/kontor/doctor_report.hpp"
#include "apps/kontor/services.hpp"
#include "apps/kontor/staff_client.hpp"
#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/store/data_folder.hpp"
#include "kontor/order/v1/order.kontor.hpp"

namespace kontor {
namespace {

namespace fs = std::filesystem;

// As long as the contract gives the check itself, and a little for the way.
constexpr Duration kPatience = std::chrono::seconds(70);

void addAll(const order::v1::GetInvariantsResponse& found, Report& report) {
  for (const auto& invariant : found.invariants()) report.add(invariant);
}

task<void> ask(StaffClient& shop, order::v1::GetInvariantsResponse& found) {
  http::Call call;
  call.target = "/v1/admin/invariants";
  call.timeout = kPatience;
  const http::Answer answer = co_await shop.send(std::move(call));
  found = readAnswer<order::v1::GetInvariantsResponse>(answer.body);
}

void examineRunning(const DoctorOptions& options, Report& report) {
  runtime::RealEnvironment environment(1);
  StaffClient shop(environment, options.shop, options.token, "an examination");
  order::v1::GetInvariantsResponse found;
  runtime::runBlocking(environment.background(), ask(shop, found));
  environment.stop();
  report.ok("the shop at " + options.shop, "it answers");
  addAll(found, report);
}

config::Config configurationOf(const DoctorOptions& options) {
  if (options.config.empty()) return config::Config::parse("", "the defaults", config::processVariables());
  return config::Config::load(options.config, config::processVariables());
}

void examineConfiguration(const DoctorOptions& options, Report& report) {
  const std::string what = options.config.empty() ? "configuration: the defaults" : "configuration: " + options.config;
  try {
    config::Config config = configurationOf(options);
    app::readSettings(config, services());
    config.finish();
    requireOneCurrency(configurationOf(options));
    report.ok(what, "it can be started with");
  } catch (const Error& error) {
    report.fault(what, {error.message()}, "correct it; kontor check-config prints every setting");
  }
}

task<void> checkShop(std::shared_ptr<order::v1::Orders> orders, Time as_of, order::v1::GetInvariantsResponse& found) {
  order::v1::CheckShopRequest request;
  *request.mutable_as_of() = toTimestamp(as_of);
  found = co_await orders->CheckShop(rpc::Context::forService("doctor"), std::move(request));
}

// Every service but the one that opens a port. False when some cannot be made, for a reason that the report names.
bool makeModules(DoctorHost& host, Report& report, std::vector<std::unique_ptr<app::Module>>& modules) {
  bool complete = true;
  for (const app::ModuleKind& kind : services()) {
    if (kind.name == "gateway") continue;
    try {
      modules.push_back(kind.make(host));
    } catch (const Error& error) {
      complete = false;
      if (error.reason() != "STORE_NOT_EXAMINED")
        report.fault("service " + std::string(kind.name), {error.message()}, "mend that, then examine again");
    }
  }
  return complete;
}

void examineStores(const fs::path& folder, const DoctorOptions& options, Report& report) {
  config::Config config = configurationOf(options);
  DoctorHost host(folder, config, report);
  std::vector<std::unique_ptr<app::Module>> modules;
  const bool complete = makeModules(host, report, modules);
  if (complete) {
    order::v1::GetInvariantsResponse found;
    host.run(checkShop(host.directory().client<order::v1::Orders>(), host.lastSign(), found));
    addAll(found, report);
  } else {
    report.skip("invariants", "not computed: a store or a service cannot be used, see above");
  }
  host.stop();
}

bool holdsStores(const fs::path& folder) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".db") return true;
  }
  return false;
}

store::DataFolder lockFolder(const fs::path& path) {
  try {
    return store::DataFolder::open(path);
  } catch (const Error& error) {
    if (error.reason() != "DATA_FOLDER_LOCKED") throw;
    throw Error(error.code(), error.reason(),
                error.message() + ". A running shop is examined with --to URL --token TOKEN, without --data");
  }
}

void examineFolder(const DoctorOptions& options, Report& report) {
  const fs::path folder = options.data;
  if (!holdsStores(folder)) {
    throw Error(Code::kNotFound, "there is no shop in " + folder.string() +
                                     ": a data folder holds stores such as order.db; name the one of process.data");
  }
  const store::DataFolder lock = lockFolder(folder);
  report.ok("data folder " + folder.string(), "no shop runs on it");
  examineConfiguration(options, report);
  if (report.faults() > 0) {
    report.skip("stores and invariants", "not examined before the configuration is right");
    return;
  }
  try {
    examineStores(folder, options, report);
  } catch (const Error& error) {
    if (error.reason() != "STORE_NOT_EXAMINED")
      report.fault("data folder " + folder.string(), {error.message()}, "mend that, then examine again");
    report.skip("invariants", "not computed: see above");
  }
}

}  // namespace

int doctor(const DoctorOptions& options) {
  Report report;
  if (options.data.empty()) {
    examineRunning(options, report);
  } else {
    examineFolder(options, report);
  }
  const std::string text = options.json ? report.json() : report.text();
  std::fputs(text.c_str(), stdout);
  return report.faults() == 0 ? 0 : 1;
}

}  // namespace kontor
