#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::testing {

/// Where a contract suite runs its coroutines: real threads, or a node of the simulation in virtual time. The same
/// test body passes in both.
class World {
 public:
  virtual ~World() = default;
  virtual runtime::Environment& environment() = 0;
  /// Runs all of `work` to its end, spread over the world's executors; throws the first failure. At most a minute (of
  /// virtual time in the simulation).
  virtual void run(std::vector<task<void>> work) = 0;
  /// Waits until `done` holds, for at most a minute; false when it never did. In the real world `done` runs on the
  /// background executor.
  virtual bool waitUntil(std::function<bool()> done) = 0;

  void run(task<void> work) {
    std::vector<task<void>> list;
    list.push_back(std::move(work));
    run(std::move(list));
  }
};

/// `loops` event loops on threads.
std::unique_ptr<World> realWorld(unsigned loops);
/// One node of a simulation.
std::unique_ptr<World> simulatedWorld(std::uint64_t seed);

}  // namespace kontor::testing
