#include "chassis/app/process.hpp"

#include <algorithm>
#include <thread>

#include "chassis/app/freshness.hpp"
#include "chassis/app/operations.hpp"
#include "chassis/app/periodic.hpp"
#include "chassis/base/error.hpp"
#include "chassis/bus/embedded/embedded_bus.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/bus/relay.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/rpc/observer.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/security/keyring.hpp"
#include "chassis/store/data_folder.hpp"
#include "chassis/store/forget.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "chassis/telemetry/span.hpp"

namespace kontor::app {
namespace {

constexpr std::string_view kSection = "process";
// What stores keep for a day or longer goes within the hour, in transactions of a few milliseconds.
constexpr Duration kForgetEvery = std::chrono::hours(1);
constexpr std::int64_t kForgottenAtOnce = 500;

unsigned loopsOf(const ProcessSettings& settings) {
  if (settings.loops() > 0) return static_cast<unsigned>(settings.loops());
  return std::max(1U, std::thread::hardware_concurrency());
}

bool chosen(const ProcessSettings& settings, std::string_view service) {
  const auto& names = settings.services();
  return names.empty() || std::find(names.begin(), names.end(), service) != names.end();
}

void requireKnown(const ProcessSettings& settings, std::span<const ModuleKind> kinds) {
  for (const std::string& name : settings.services()) {
    const bool known =
        std::any_of(kinds.begin(), kinds.end(), [&](const ModuleKind& kind) { return kind.name == name; });
    if (known) continue;
    std::string all;
    for (const ModuleKind& kind : kinds) all += (all.empty() ? "" : ", ") + std::string(kind.name);
    throw Error(Code::kInvalidArgument, "BAD_CONFIGURATION",
                "process.services: there is no service \"" + name + "\"; the services are " + all);
  }
}

task<void> pause(Duration span) {
  if (span > Duration(0)) co_await runtime::sleep(span);
}

}  // namespace

struct Process::Impl {
  explicit Impl(config::Config& configuration) : config(configuration) {}

  config::Config& config;
  ProcessSettings settings;
  store::DataFolder folder;
  std::unique_ptr<runtime::RealEnvironment> environment;
  std::unique_ptr<telemetry::Log> log;
  std::unique_ptr<telemetry::Metrics> metrics;
  telemetry::NoSpans spans;
  Freshness freshness;
  std::unique_ptr<security::Sealer> sealer;
  std::unique_ptr<rpc::Directory> directory;
  std::vector<std::shared_ptr<store::SqlStore>> stores;
  std::unique_ptr<bus::Bus> bus;
  std::vector<std::unique_ptr<bus::Relay>> relays;
  std::vector<std::unique_ptr<Periodic>> sweeps;  // of what stores keep for a while only
  std::vector<std::unique_ptr<Module>> modules;
  std::unique_ptr<Operations> operations;
};

void readSettings(config::Config& config, std::span<const ModuleKind> kinds) {
  ProcessSettings own;
  config.read(kSection, own);
  requireKnown(own, kinds);
  for (const ModuleKind& kind : kinds) {
    const auto settings = kind.settings();
    if (chosen(own, kind.name)) {
      config.read(kind.name, *settings);
    } else {
      config.skip(kind.name);
    }
  }
}

Process::Process(config::Config& config, std::span<const ModuleKind> kinds) : impl_(std::make_unique<Impl>(config)) {
  Impl& impl = *impl_;
  config.read(kSection, impl.settings);
  requireKnown(impl.settings, kinds);
  impl.folder = store::DataFolder::open(impl.settings.data());
  impl.environment = std::make_unique<runtime::RealEnvironment>(loopsOf(impl.settings));
  telemetry::Log::Options logging;
  logging.version = KONTOR_VERSION;
  logging.level = telemetry::levelOf(impl.settings.log_level());
  impl.log = std::make_unique<telemetry::Log>(logging, telemetry::standardErrorSink(), impl.environment->clock());
  impl.metrics = std::make_unique<telemetry::Metrics>();
  impl.sealer = std::make_unique<security::Sealer>(
      security::KeyRing::openOrMake(impl.folder.path(), impl.environment->random()).sealer(impl.environment->random()));
  auto observer = std::make_shared<rpc::Observer>(*impl.metrics, impl.spans, impl.environment->random());
  impl.directory = std::make_unique<rpc::Directory>(std::move(observer));
  bus::embedded::Options bus_options(impl.folder.path() / "bus.db");
  bus_options.keep = impl.settings.event_log().keep_events();
  bus_options.keep_for = config::durationOf(impl.settings.event_log().keep_for());
  impl.bus = bus::embedded::open(*impl.environment, *impl.sealer, std::move(bus_options), *impl.log);
  for (const ModuleKind& kind : kinds) {
    if (chosen(impl.settings, kind.name)) {
      impl.modules.push_back(kind.make(*this));
    } else {
      config.skip(kind.name);
    }
  }
  config.finish();
  impl.directory->requireComplete();
}

Process::~Process() {
  if (impl_ && impl_->environment) impl_->environment->stop();
}

void Process::start() {
  Impl& impl = *impl_;
  impl.bus->start();
  for (const auto& relay : impl.relays) relay->start();
  for (const auto& sweep : impl.sweeps) sweep->start();
  impl.operations = std::make_unique<Operations>(*impl.environment, *impl.metrics, impl.settings.operations_address(),
                                                 impl.settings.operations_port());
  for (const auto& module : impl.modules) run(module->start());
  impl.operations->setReady(true);
}

void Process::stop() {
  Impl& impl = *impl_;
  impl.operations->setReady(false);
  impl.bus->journal().endFollowing();
  run(pause(config::durationOf(impl.settings.drain_delay())));
  for (auto module = impl.modules.rbegin(); module != impl.modules.rend(); ++module) run((*module)->stop());
  for (const auto& sweep : impl.sweeps) run(sweep->stop());
  run(impl.bus->stop());
  for (const auto& relay : impl.relays) run(relay->stop());
  run(impl.operations->close());
}

const ProcessSettings& Process::processSettings() const { return impl_->settings; }

bool Process::hosts(std::string_view service) const {
  return std::any_of(impl_->modules.begin(), impl_->modules.end(),
                     [&](const auto& module) { return module->name() == service; });
}

std::string Process::publicUrl() const {
  for (const auto& module : impl_->modules) {
    if (std::string url = module->url(); !url.empty()) return url;
  }
  return {};
}

std::string Process::operationsUrl() const { return impl_->operations->url(); }

void Process::run(task<void> work) { runtime::runBlocking(impl_->environment->background(), std::move(work)); }

runtime::Environment& Process::environment() { return *impl_->environment; }
rpc::Directory& Process::directory() { return *impl_->directory; }
bus::Bus& Process::bus() { return *impl_->bus; }
const security::Sealer& Process::sealer() { return *impl_->sealer; }
telemetry::Metrics& Process::metrics() { return *impl_->metrics; }
telemetry::Log& Process::log() { return *impl_->log; }
Freshness& Process::freshness() { return impl_->freshness; }
const std::filesystem::path& Process::dataFolder() const { return impl_->folder.path(); }

void Process::settings(std::string_view section, google::protobuf::Message& settings) {
  impl_->config.read(section, settings);
}

std::shared_ptr<store::SqlStore> Process::openStore(std::string_view service,
                                                    std::span<const store::Migration> sqlite_migrations) {
  Impl& impl = *impl_;
  store::sqlite::Options options;
  options.service = service;
  options.file = impl.folder.path() / (options.service + ".db");
  std::shared_ptr<store::SqlStore> store =
      store::sqlite::open(*impl.environment, *impl.sealer, std::move(options), sqlite_migrations);
  // A service's topic has its name.
  impl.freshness.cover(std::string(service));
  store->onCommit([&freshness = impl.freshness](const auto& events) { freshness.note(events); });
  impl.stores.push_back(store);
  auto sweep = [store]() -> task<void> {
    while (co_await store::forgetOld(*store, kForgottenAtOnce) >= kForgottenAtOnce) continue;
  };
  impl.sweeps.push_back(std::make_unique<Periodic>(
      *impl.environment, *impl.log, std::string(service) + " records sweep", kForgetEvery, std::move(sweep)));
  impl.relays.push_back(std::make_unique<bus::Relay>(*impl.environment, *store, *impl.bus, impl.log.get()));
  return store;
}

}  // namespace kontor::app
