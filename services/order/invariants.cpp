#include "services/order/invariants.hpp"

namespace kontor::order {
namespace {

constexpr int kMostViolations = 20;

}  // namespace

void violate(type::v1::Invariant& invariant, std::string what) {
  invariant.set_ok(false);
  if (invariant.violations_size() < kMostViolations) invariant.add_violations(std::move(what));
}

type::v1::Invariant holding(std::string name) {
  type::v1::Invariant invariant;
  invariant.set_name(std::move(name));
  invariant.set_ok(true);
  return invariant;
}

}  // namespace kontor::order
