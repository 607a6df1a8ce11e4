#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "chassis/keyvalue/keyvalue.hpp"
#include "chassis/testing/worlds.hpp"

namespace kontor::keyvalue {

/// What the contract suite needs of a driver: a world, and an empty store of at least a megabyte in it. A driver's test
/// instantiates `KeyValueContract` with it.
class KeyValueBench {
 public:
  virtual ~KeyValueBench() = default;
  virtual testing::World& world() = 0;
  virtual KeyValue& store() = 0;
};

/// Makes a bench; a name says which in the test's name.
struct KeyValueDriver {
  std::string name;
  std::function<std::unique_ptr<KeyValueBench>()> make;
};

inline void PrintTo(const KeyValueDriver& driver, std::ostream* out) { *out << driver.name; }

/// Every driver must pass this suite.
class KeyValueContract : public ::testing::TestWithParam<KeyValueDriver> {
 protected:
  KeyValueContract() : bench_(GetParam().make()) {}

  KeyValue& store() { return bench_->store(); }
  void run(task<void> work) { bench_->world().run(std::move(work)); }
  void run(std::vector<task<void>> work) { bench_->world().run(std::move(work)); }

  std::unique_ptr<KeyValueBench> bench_;
};

}  // namespace kontor::keyvalue
