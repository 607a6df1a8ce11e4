#pragma once

#include <cstdint>
#include <vector>

namespace kontor::bench {

/// The value that `share` (0 to 1) of the samples do not exceed, by nearest rank: always one that was seen, never one
/// made up between two. Sorts nothing: reorders `samples` as far as it must. 0 when there are none.
std::int64_t percentile(std::vector<std::int64_t>& samples, double share);

/// What a run's latencies come to, in nanoseconds.
struct Latencies {
  std::int64_t p50 = 0;
  std::int64_t p90 = 0;
  std::int64_t p99 = 0;
  std::int64_t p999 = 0;
  std::int64_t max = 0;
  double mean = 0;
};

/// Every sample is kept and counted as it is: no buckets, so no error of theirs.
Latencies summarize(std::vector<std::int64_t> samples);

}  // namespace kontor::bench
