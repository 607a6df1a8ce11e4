#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace kontor::bench {

using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

/// When work is meant to begin in an open loop: a Poisson process, as many buyers who know nothing of each other make
/// it. The schedule is drawn before an answer is seen, so a slow server cannot slow it down (no coordinated omission).
class Arrivals {
 public:
  /// `rate` arrivals a second on average from `start` on; the same seed draws the same schedule.
  Arrivals(Instant start, double rate, std::uint64_t seed);
  /// The next intended start that was not taken yet.
  Instant next() const { return next_; }
  Instant take();

 private:
  void draw();

  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_seconds_;
  Instant next_;
};

}  // namespace kontor::bench
