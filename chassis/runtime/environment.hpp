#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "chassis/base/ids.hpp"
#include "chassis/base/time.hpp"

namespace kontor::runtime {

class Executor;

/// Wall-clock time. Monotonic time belongs to the executor. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The only source of randomness: the system's generator, or a seeded one in the simulation. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  std::uint64_t next();
  /// Uniform in [0, bound); `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound);
};

/// A thread of its own for work that blocks (a store's writer, a blocking client library): its executor runs one piece
/// of work at a time. In the simulation it is the node's own executor. Destroying it waits for the running piece.
class Worker {
 public:
  virtual ~Worker() = default;
  virtual Executor& executor() = 0;
};

/// What a service may ask of the machine it runs on; real or simulated. Outlives everything that holds a reference.
class Environment {
 public:
  virtual ~Environment() = default;

  virtual Clock& clock() = 0;
  virtual Random& random() = 0;
  /// The executor for background work of a service (relays, sweeps): a loop that always runs.
  virtual Executor& background() = 0;
  /// `name` shows in thread lists: at most 15 characters.
  virtual std::unique_ptr<Worker> makeWorker(std::string_view name) = 0;

  std::string newId(std::string_view prefix);
  std::string newSecret(std::string_view prefix);
};

}  // namespace kontor::runtime
