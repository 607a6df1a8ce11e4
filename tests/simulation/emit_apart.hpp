#pragma once

#include <memory>

#include "chassis/store/sql.hpp"

namespace kontor::simulation {

/// A planted fault: a store whose events are emitted in a transaction of their own, after the one of their effect. It
/// looks right until the process dies between the two.
std::shared_ptr<store::SqlStore> emitApart(std::shared_ptr<store::SqlStore> store);

}  // namespace kontor::simulation
