#include "tests/simulation/shop_host.hpp"

#include <cstdlib>

#include "apps/kontor/services.hpp"
#include "chassis/bus/embedded/embedded_bus.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/testing/test_host.hpp"
#include "tests/simulation/emit_apart.hpp"

namespace kontor::simulation {
namespace {

// The same in every life: what one life has sealed the next must open.
constexpr const char* kSealerName = "simulation";
constexpr std::size_t kSealerBytes = 32;

std::shared_ptr<telemetry::LogSink> sink() {
  if (std::getenv("SIM_LOG") != nullptr) return telemetry::standardErrorSink();
  return telemetry::silentSink();
}

}  // namespace

ShopHost::ShopHost(runtime::Environment& environment, std::string vfs, const Wiring& wiring, std::string_view yaml)
    : environment_(environment),
      vfs_(std::move(vfs)),
      wiring_(wiring),
      config_(config::Config::parse(yaml, "simulation", {})),
      sealer_(kSealerName, std::string(kSealerBytes, 'k'), environment.random()),
      log_(telemetry::Log::Options{}, sink(), environment.clock()),
      directory_(std::make_unique<rpc::Directory>(std::make_shared<testing::NoObserver>())) {
  bus::embedded::Options options(folder_ / "bus.db");
  options.vfs = vfs_;
  bus_ = bus::embedded::open(environment_, sealer_, std::move(options), log_);
  // Sockets are real: the gateway has no place here. Clients call the contracts behind it.
  for (const app::ModuleKind& kind : services())
    if (kind.name != "gateway") modules_.push_back(kind.make(*this));
  config_.finish();
  directory_->requireComplete();
}

task<void> ShopHost::start() {
  bus_->start();
  for (const auto& relay : relays_) relay->start();
  for (const auto& module : modules_) co_await module->start();
}

void ShopHost::settings(std::string_view section, google::protobuf::Message& settings) {
  config_.read(section, settings);
}

std::shared_ptr<store::SqlStore> ShopHost::openStore(std::string_view service,
                                                     std::span<const store::Migration> sqlite_migrations) {
  store::sqlite::Options options;
  options.service = service;
  options.file = folder_ / (options.service + ".db");
  options.vfs = vfs_;
  options.sync = wiring_.sync;
  std::shared_ptr<store::SqlStore> store =
      store::sqlite::open(environment_, sealer_, std::move(options), sqlite_migrations);
  if (wiring_.sync_normal) {
    task<store::Rows> weaken = store->query("PRAGMA synchronous = NORMAL", {});
    weaken.runReady();
  }
  if (wiring_.emit_apart) store = emitApart(std::move(store));
  freshness_.cover(std::string(service));
  store->onCommit([this](const auto& events) { freshness_.note(events); });
  stores_.emplace(service, store);
  relays_.push_back(std::make_unique<bus::Relay>(environment_, *store, *bus_, &log_));
  return store;
}

}  // namespace kontor::simulation
