#include "chassis/bus/embedded/embedded_bus.hpp"

#include <utility>

#include "chassis/bus/embedded/dispatch.hpp"
#include "chassis/bus/embedded/embedded_journal.hpp"
#include "chassis/bus/migrations.embed.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"

namespace kontor::bus::embedded {
namespace {

class EmbeddedBus final : public Bus {
 public:
  EmbeddedBus(runtime::Environment& environment, std::unique_ptr<store::SqlStore> store, Options options,
              telemetry::Log log)
      : store_(std::move(store)),
        dispatch_(std::make_shared<Dispatch>(environment.background(), environment.clock(), *store_, std::move(options),
                                             std::move(log))),
        journal_(*store_, dispatch_) {}

  task<void> publish(std::vector<store::StoredEvent> events) override {
    TouchedPartitions topics;
    for (const store::StoredEvent& stored : events)
      topics[stored.event.topic].set(static_cast<std::size_t>(partitionOf(stored.event.subject)));
    const auto count = static_cast<std::int64_t>(events.size());
    co_await dispatch_->events().append(std::move(events));
    dispatch_->touched(std::move(topics), count);
  }

  void subscribe(Subscription subscription) override { dispatch_->add(std::move(subscription)); }
  void start() override { dispatch_->start(); }

  task<void> stop() override {
    runtime::OneShot<bool> done;
    dispatch_->stop(done);
    co_await done;
  }

  Journal& journal() override { return journal_; }

 private:
  std::unique_ptr<store::SqlStore> store_;
  std::shared_ptr<Dispatch> dispatch_;
  EmbeddedJournal journal_;
};

}  // namespace

std::unique_ptr<Bus> open(runtime::Environment& environment, const security::Sealer& sealer, Options options,
                          const telemetry::Log& log) {
  store::sqlite::Options file;
  file.service = "bus";
  file.file = options.file;
  file.vfs = options.vfs;
  const std::vector<store::Migration> migrations = store::migrationsOf(kMigrations, "sqlite");
  auto store = store::sqlite::open(environment, sealer, std::move(file), migrations);
  return std::make_unique<EmbeddedBus>(environment, std::move(store), std::move(options), log.withService("bus"));
}

}  // namespace kontor::bus::embedded
