#pragma once

#include <array>

#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/store/store_contract_test.hpp"
#include "chassis/testing/lossy_vfs.hpp"
#include "chassis/testing/temporary_folder.hpp"

namespace kontor::store::sqlite {

inline const std::array<Migration, 1> kBenchMigrations{{{1, "0001_bench", kContractSchema}}};

inline security::Sealer benchSealer(runtime::Environment& environment) {
  return security::Sealer("k1", std::string(32, 'k'), environment.random());
}

/// A store on a real file, with two loops.
class FileBench final : public StoreBench {
 public:
  FileBench() { reopen(); }

  testing::World& world() override { return *world_; }
  SqlStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    Options options;
    options.service = "bench";
    options.file = folder_.path() / "bench.db";
    store_ = open(world_->environment(), sealer_, std::move(options), kBenchMigrations);
  }

 private:
  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::World> world_ = testing::realWorld(2);
  security::Sealer sealer_ = benchSealer(world_->environment());
  std::unique_ptr<SqlStore> store_;
};

/// A store on a disk in memory, in virtual time.
class SimulatedBench final : public StoreBench {
 public:
  explicit SimulatedBench(std::uint64_t seed = 1) : disk_("bench", seed), world_(testing::simulatedWorld(seed)) {
    reopen();
  }

  testing::World& world() override { return *world_; }
  SqlStore& store() override { return *store_; }
  testing::LossyDisk& disk() { return disk_; }
  void reopen() override { reopen(Options()); }
  void reopen(Options options) {
    store_.reset();
    options.service = "bench";
    options.file = "bench.db";
    options.vfs = disk_.name();
    store_ = open(world_->environment(), sealer_, std::move(options), kBenchMigrations);
  }

 private:
  testing::LossyDisk disk_;
  std::unique_ptr<testing::World> world_;
  security::Sealer sealer_ = benchSealer(world_->environment());
  std::unique_ptr<SqlStore> store_;
};

}  // namespace kontor::store::sqlite
