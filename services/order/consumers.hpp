#pragma once

#include "chassis/bus/bus.hpp"
#include "services/order/bell.hpp"
#include "services/order/store.hpp"

namespace kontor::order {

/// Listens to what providers told payment. An event moves nothing by itself: it marks the checkout and wakes the
/// driver, which asks payment what is true. All must outlive the subscription; called before the bus starts.
void subscribePayments(bus::Bus& bus, store::SqlStore& store, const OrderStore& orders, Bell bell);

}  // namespace kontor::order
