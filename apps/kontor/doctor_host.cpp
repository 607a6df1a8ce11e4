#include "apps/kontor/doctor_host.hpp"

#include "apps/kontor/doctor_report.hpp"
#include "chassis/app/freshness.hpp"
#include "chassis/base/error.hpp"
#include "chassis/bus/embedded/embedded_bus.hpp"
#include "chassis/bus/embedded/log_audit.hpp"
#include "chassis/bus/migrations.embed.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/rpc/observer.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/security/keyring.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/inspection.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "chassis/telemetry/span.hpp"

namespace kontor {
namespace {

namespace fs = std::filesystem;
using store::sqlite::SchemaAge;

constexpr std::string_view kLastEvent = "SELECT time FROM event_log ORDER BY entry DESC LIMIT 1";

std::string sizeOf(const fs::path& file) {
  std::error_code failure;
  const auto bytes = fs::file_size(file, failure);
  return failure ? "of unknown size" : std::to_string((bytes + 1023) / 1024) + " KiB";
}

Error unexaminable(const fs::path& file) {
  return Error(Code::kFailedPrecondition, "STORE_NOT_EXAMINED", "the store " + file.string() + " cannot be used");
}

}  // namespace

struct DoctorHost::Impl {
  Impl(fs::path data, config::Config& configuration, Report& findings)
      : folder(std::move(data)),
        config(configuration),
        report(findings),
        environment(std::make_unique<runtime::RealEnvironment>(1)),
        log(telemetry::Log::Options{}, telemetry::silentSink(), environment->clock()),
        sealer(security::KeyRing::openOrMake(folder, environment->random()).sealer(environment->random())),
        directory(std::make_shared<rpc::Observer>(metrics, spans, environment->random())) {}

  fs::path folder;
  config::Config& config;
  Report& report;
  std::unique_ptr<runtime::RealEnvironment> environment;
  telemetry::Log log;
  telemetry::Metrics metrics;
  telemetry::NoSpans spans;
  security::Sealer sealer;
  rpc::Directory directory;
  app::Freshness freshness;
  std::unique_ptr<bus::Bus> bus;
  Time last_sign{};

  // False when the services cannot work on it; the report then says why.
  bool examine(const fs::path& file, std::span<const store::Migration> migrations) {
    const std::string name = "store " + file.filename().string();
    if (!fs::exists(file)) {
      report.skip(name, "it is not there; the next start makes it");
      return false;
    }
    store::sqlite::Inspection found;
    try {
      found = store::sqlite::inspect(file, migrations);
    } catch (const Error& error) {
      report.fault(name, {error.message()}, "move it away and restore all stores from one backup");
      return false;
    }
    const std::string version = "schema " + std::to_string(found.version);
    if (!found.damage.empty()) {
      report.fault(name, found.damage,
                   found.readable ? "rows were changed by hand: the invariants below name them"
                                  : "check the disk (dmesg), then restore all stores from one backup");
      if (!found.readable) return false;
    }
    if (found.schema == SchemaAge::kTooNew) {
      report.fault(name, {version + ", this binary knows " + std::to_string(found.known)},
                   "examine it with the newer kontor that wrote it");
      return false;
    }
    if (found.schema == SchemaAge::kOlder) {
      report.skip(name, "sound, " + version + "; the next start brings it to " + std::to_string(found.known) +
                            ", examine it after that");
      return false;
    }
    if (found.damage.empty()) report.ok(name, "sound, " + version + ", " + sizeOf(file));
    return true;
  }

  std::shared_ptr<store::SqlStore> openFile(std::string service, std::span<const store::Migration> migrations) {
    store::sqlite::Options options;
    options.service = std::move(service);
    options.file = folder / (options.service + ".db");
    if (!examine(options.file, migrations)) throw unexaminable(options.file);
    return store::sqlite::open(*environment, sealer, std::move(options), migrations);
  }
};

DoctorHost::DoctorHost(fs::path folder, config::Config& config, Report& report)
    : impl_(std::make_unique<Impl>(std::move(folder), config, report)) {
  Impl& impl = *impl_;
  const auto events = impl.openFile("bus", store::migrationsOf(bus::kMigrations, "sqlite"));
  std::vector<store::Audit> audits;
  auto look = [&audits, &impl](store::Statements& in) -> task<void> {
    const store::Rows last = co_await in.query(kLastEvent, store::params());
    if (!last.empty()) impl.last_sign = last.front().time(0);
    audits = co_await bus::embedded::auditLog(in, impl.last_sign);
  };
  run(events->snapshot(look));
  for (const store::Audit& audit : audits) {
    type::v1::Invariant invariant;
    store::copyAudit(audit, invariant);
    impl.report.add(invariant);
  }
  bus::embedded::Options options(impl.folder / "bus.db");
  impl.bus = bus::embedded::open(*impl.environment, impl.sealer, std::move(options), impl.log);
}

DoctorHost::~DoctorHost() { stop(); }

void DoctorHost::stop() {
  if (impl_) impl_->environment->stop();
}

Time DoctorHost::lastSign() { return impl_->last_sign; }
void DoctorHost::run(task<void> work) { runtime::runBlocking(impl_->environment->background(), std::move(work)); }

runtime::Environment& DoctorHost::environment() { return *impl_->environment; }
rpc::Directory& DoctorHost::directory() { return impl_->directory; }
bus::Bus& DoctorHost::bus() { return *impl_->bus; }
const security::Sealer& DoctorHost::sealer() { return impl_->sealer; }
telemetry::Metrics& DoctorHost::metrics() { return impl_->metrics; }
telemetry::Log& DoctorHost::log() { return impl_->log; }
app::Freshness& DoctorHost::freshness() { return impl_->freshness; }
const fs::path& DoctorHost::dataFolder() const { return impl_->folder; }

void DoctorHost::settings(std::string_view section, google::protobuf::Message& settings) {
  impl_->config.read(section, settings);
}

std::shared_ptr<store::SqlStore> DoctorHost::openStore(std::string_view service,
                                                       std::span<const store::Migration> sqlite_migrations) {
  return impl_->openFile(std::string(service), sqlite_migrations);
}

}  // namespace kontor
