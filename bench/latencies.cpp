#include "bench/latencies.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chassis/base/assert.hpp"

namespace kontor::bench {

std::int64_t percentile(std::vector<std::int64_t>& samples, double share) {
  KONTOR_ASSERT(share >= 0 && share <= 1, "a percentile is asked for as a share of 0 to 1");
  if (samples.empty()) return 0;
  // The smallest rank whose share of the samples reaches `share`; a hair less, as 0.99 * 100 is 99.00000000000001.
  const double rank = std::ceil(share * static_cast<double>(samples.size()) - 1e-9);
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  const auto wanted = samples.begin() + static_cast<std::ptrdiff_t>(std::min(index, samples.size() - 1));
  std::nth_element(samples.begin(), wanted, samples.end());
  return *wanted;
}

Latencies summarize(std::vector<std::int64_t> samples) {
  Latencies result;
  if (samples.empty()) return result;
  result.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  result.p50 = percentile(samples, 0.5);
  result.p90 = percentile(samples, 0.9);
  result.p99 = percentile(samples, 0.99);
  result.p999 = percentile(samples, 0.999);
  result.max = percentile(samples, 1);
  return result;
}

}  // namespace kontor::bench
