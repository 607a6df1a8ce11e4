#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/testing/worlds.hpp"

namespace kontor::store {

/// What the contract suite needs of a driver: a world with one empty store, whose schema is that of `kContractSchema`
/// in the driver's dialect. A driver's test instantiates `StoreContract` with it.
class StoreBench {
 public:
  virtual ~StoreBench() = default;
  virtual testing::World& world() = 0;
  virtual SqlStore& store() = 0;
  /// Closes the store and opens it again.
  virtual void reopen() = 0;
};

/// Makes a bench; a name says which in the test's name.
struct StoreDriver {
  std::string name;
  std::function<std::unique_ptr<StoreBench>()> make;
};

inline void PrintTo(const StoreDriver& driver, std::ostream* out) { *out << driver.name; }

/// Every SQL driver must pass this suite: what services rely on, whatever the store.
class StoreContract : public ::testing::TestWithParam<StoreDriver> {
 protected:
  StoreContract() : bench_(GetParam().make()) {}

  SqlStore& store() { return bench_->store(); }
  void run(task<void> work) { bench_->world().run(std::move(work)); }
  void run(std::vector<task<void>> work) { bench_->world().run(std::move(work)); }
  /// The one number that a SELECT gives.
  std::int64_t number(std::string_view sql, Params params = {});
  /// Runs one change in a transaction of its own.
  void change(std::string_view sql, Params params = {});

  std::unique_ptr<StoreBench> bench_;
};

/// The tables of the suite, in the portable part of SQL.
inline constexpr std::string_view kContractSchema =
    "-- compatible_from: 1\n"
    "CREATE TABLE account (id TEXT NOT NULL PRIMARY KEY, owner TEXT UNIQUE, balance BIGINT NOT NULL, "
    "CONSTRAINT account_not_overdrawn CHECK (balance >= 0));"
    "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, number BIGINT, truth BOOLEAN, words TEXT, bytes BLOB);";

}  // namespace kontor::store
