#pragma once

#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/store/audit.hpp"

namespace kontor::store {
class Statements;
}

namespace kontor::order {

class OrderStore;

/// Checks what must hold of this service's own rows, on the one snapshot that `in` is: totals to the cent, orders and
/// their checkouts, nothing forgotten, leases given back, kept answers. `now` judges what is overdue (zero: nothing).
task<std::vector<store::Audit>> checkOrders(store::Statements& in, const OrderStore& orders, Time now);

}  // namespace kontor::order
