#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "chassis/app/host.hpp"
#include "chassis/base/time.hpp"

namespace kontor::config {
class Config;
}
namespace kontor::runtime {
class RealEnvironment;
}

namespace kontor {

class Report;

/// Lends services a data folder for a look: their stores are examined before they are opened, nothing is brought up to
/// date, sent or delivered. Needs the folder's lock. Used on one thread.
class DoctorHost final : public app::Host {
 public:
  /// All must outlive it. Examines the events' own file, and throws when it cannot be opened.
  DoctorHost(std::filesystem::path folder, config::Config& config, Report& report);
  ~DoctorHost() override;

  /// When the shop last said anything; zero when it never did.
  Time lastSign();
  /// Runs `work` and waits for it.
  void run(task<void> work);
  /// Ends all threads: before the modules made with this host are destroyed.
  void stop();

  runtime::Environment& environment() override;
  rpc::Directory& directory() override;
  bus::Bus& bus() override;
  const security::Sealer& sealer() override;
  telemetry::Metrics& metrics() override;
  telemetry::Log& log() override;
  app::Freshness& freshness() override;
  void settings(std::string_view section, google::protobuf::Message& settings) override;
  /// Throws when the store is missing, damaged, or of another age than this binary; that is in the report then.
  std::shared_ptr<store::SqlStore> openStore(std::string_view service,
                                             std::span<const store::Migration> sqlite_migrations) override;
  const std::filesystem::path& dataFolder() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor
