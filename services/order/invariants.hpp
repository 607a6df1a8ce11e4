#pragma once

#include <string>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "kontor/type/v1/invariants.kontor.hpp"

namespace kontor::store {
class Statements;
}

namespace kontor::order {

/// Notes what breaks an invariant, one line with the ids concerned; the first 20 are kept.
void violate(type::v1::Invariant& invariant, std::string what);
/// An invariant that holds so far.
type::v1::Invariant holding(std::string name);

/// Checks what must hold of this service's own rows, on the one snapshot that `in` is. `now` judges what is overdue.
task<std::vector<type::v1::Invariant>> checkOrders(store::Statements& in, Time now);

}  // namespace kontor::order
