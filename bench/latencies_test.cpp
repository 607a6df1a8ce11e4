#include "bench/latencies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace kontor::bench {
namespace {

// 1, 2, … count in a random order.
std::vector<std::int64_t> shuffled(std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 1);
  std::shuffle(values.begin(), values.end(), std::mt19937_64(1));
  return values;
}

TEST(Percentile, IsTheNearestRankOfAUniformDistribution) {
  std::vector<std::int64_t> samples = shuffled(1000);
  EXPECT_EQ(percentile(samples, 0.5), 500);
  EXPECT_EQ(percentile(samples, 0.9), 900);
  EXPECT_EQ(percentile(samples, 0.99), 990);
  EXPECT_EQ(percentile(samples, 0.999), 999);
  EXPECT_EQ(percentile(samples, 1), 1000);
  EXPECT_EQ(percentile(samples, 0), 1);
}

TEST(Percentile, RoundsNoShareUpThatARankMeetsExactly) {
  // 0.07 * 100 is 7.000000000000001 in binary; the 7th of 100 is still the answer.
  std::vector<std::int64_t> samples = shuffled(100);
  EXPECT_EQ(percentile(samples, 0.07), 7);
}

TEST(Percentile, SeesTheTailThatAMeanHides) {
  std::vector<std::int64_t> samples(980, 1);
  samples.insert(samples.end(), 20, 1000);
  const Latencies summary = summarize(samples);
  EXPECT_EQ(summary.p50, 1);
  EXPECT_EQ(summary.p90, 1);
  EXPECT_EQ(summary.p99, 1000);
  EXPECT_NEAR(summary.mean, 20.98, 1e-9);
}

TEST(Percentile, AgreesWithTheExponentialDistribution) {
  std::mt19937_64 random(7);
  std::exponential_distribution<double> draw(1e-6);  // a mean of a millisecond
  std::vector<std::int64_t> samples(200'000);
  for (auto& sample : samples) sample = static_cast<std::int64_t>(draw(random));
  const Latencies summary = summarize(samples);
  // The quantile of share q is mean * -ln(1 - q).
  EXPECT_NEAR(static_cast<double>(summary.p50), 693'147, 10'000);
  EXPECT_NEAR(static_cast<double>(summary.p99), 4'605'170, 100'000);
}

TEST(Percentile, OfOneOrNoSample) {
  std::vector<std::int64_t> one{42};
  EXPECT_EQ(percentile(one, 0.5), 42);
  EXPECT_EQ(percentile(one, 0.999), 42);
  std::vector<std::int64_t> none;
  EXPECT_EQ(percentile(none, 0.5), 0);
  EXPECT_EQ(summarize({}).max, 0);
}

}  // namespace
}  // namespace kontor::bench
