#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::runtime {

/// SplitMix64: a small seeded generator for simulated choices. Source: Steele, Lea, Flood, OOPSLA 2014.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;
  std::uint64_t draw();
  bool chance(double probability);

 private:
  std::uint64_t state_;
};

/// A deterministic world on one thread: nodes, virtual time, and every choice drawn from one seed.
///
/// Of all ready work a random piece runs next; when none is ready, time jumps to the earliest timer. The same seed and
/// program give the same trace. Killing a node drops its queued work and destroys its coroutines unresumed; a node
/// started again is a new one for all work of its past life. Not thread-safe.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// A new node that is up; its environment lives as long as the simulation, also past the node's death.
  std::size_t addNode();
  bool up(std::size_t node) const;
  /// The environment of the node's present life. Its executor and random stream are the node's own.
  Environment& environment(std::size_t node);
  /// Ends the node's present life at once.
  void kill(std::size_t node);
  /// Begins the node's next life, with an empty executor.
  void restart(std::size_t node);

  /// Runs one ready piece of work; false when nothing is left to do.
  bool step();
  /// Steps until `done` holds; false when nothing was left to do or `bound` of virtual time passed before.
  bool runUntil(const std::function<bool()>& done, Duration bound);
  /// Steps until `span` of virtual time has passed.
  void runFor(Duration span);

  /// Virtual time since the start.
  Duration elapsed() const;
  std::uint64_t steps() const;
  /// A hash over every step's node, time and noted value: equal for equal runs.
  std::uint64_t trace() const;
  /// Adds a value to the trace (a message's size, a fault's kind).
  void note(std::uint64_t value);
  /// The generator of the world's own choices: faults, delays.
  SeededRandom& random();

 private:
  class Node;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::runtime
