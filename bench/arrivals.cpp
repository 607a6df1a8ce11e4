#include "bench/arrivals.hpp"

#include "chassis/base/assert.hpp"

namespace kontor::bench {

Arrivals::Arrivals(Instant start, double rate, std::uint64_t seed) : random_(seed), gap_seconds_(rate), next_(start) {
  KONTOR_ASSERT(rate > 0, "an open loop needs a rate");
  draw();
}

Instant Arrivals::take() {
  const Instant taken = next_;
  draw();
  return taken;
}

void Arrivals::draw() {
  next_ += std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(gap_seconds_(random_)));
}

}  // namespace kontor::bench
