#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "tests/simulation/action.hpp"
#include "tests/simulation/world.hpp"

namespace kontor::simulation {

/// How many faults struck, by kind and by what the shop was busy with. One fault counts for each action under way.
struct FaultCounts {
  std::array<std::int64_t, kFaults> faults{};
  std::array<std::int64_t, kFaults> in_write{};  // of those, in the middle of a write to the disk
  std::array<std::array<std::int64_t, kActions>, kFaults> during{};
  std::array<std::int64_t, kFaults> during_nothing{};

  void add(const FaultCounts& other);
};

/// Actions under way: the calls that clients wait for, and what the shop does by itself.
Actions underWay(World& world);

/// Brings faults over a world: kills and power cuts, each aimed at an action and let loose some steps into it, or at
/// some write to the disk.
class Storm {
 public:
  Storm(World& world, int faults) : world_(world), left_(faults) {}
  /// One fault, when the world has made that many steps.
  Storm(World& world, std::uint64_t step, Fault fault)
      : world_(world), left_(1), at_step_(step), at_step_fault_(fault) {}

  /// After each step of the world: strikes when the moment has come.
  void afterStep();
  /// Strikes now, and begins the next life; once more at once when `world` dies on its way up.
  void strike(Fault fault);
  /// No more faults: lets go what was aimed.
  void stop();
  bool over() const { return left_ <= 0; }
  const FaultCounts& counts() const { return counts_; }

 private:
  struct Aim {
    Fault fault;
    Action action;
    std::int64_t steps;     // left until it strikes, once the action is under way
    std::int64_t patience;  // steps left in which it waits for the action
    bool in_write;
    bool armed = false;
    Actions seen{};  // by a look into the tables, which a dead disk no longer allows
  };

  Aim aim();
  void seek();
  void arm(std::int64_t patience);
  void note(Fault fault);

  World& world_;
  int left_;
  std::uint64_t at_step_ = 0;  // 0: aimed faults
  Fault at_step_fault_ = Fault::kKill;
  std::optional<Aim> aim_;
  FaultCounts counts_;
};

}  // namespace kontor::simulation
