#pragma once

#include <set>
#include <string>
#include <string_view>

namespace kontor::app {
class Freshness;
}
namespace kontor::bus {
class Bus;
}

namespace kontor::gateway {

/// Notes in `freshness` what other processes change: listens to those of `topics` that no store of this process covers.
///
/// Each process has to hear every event, so `group` is this process's own. Events come after their acknowledgement:
/// what is kept here may be stale until then, for the contract's seconds at most. Before the bus is started; both
/// outlive it.
void followChanges(bus::Bus& bus, app::Freshness& freshness, const std::set<std::string>& topics,
                   std::string_view group);

}  // namespace kontor::gateway
