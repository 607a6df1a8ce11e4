#pragma once

#include <optional>
#include <string>

#include "chassis/runtime/task.hpp"
#include "services/payment/domain.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::store {
class Transaction;
}

namespace kontor::payment {

/// Writes a change with its history row and its event, in the running transaction. `operation` names a capture or
/// refund, else it is empty. The writer is alone in its transaction, so that a lost race is a bug.
task<Payment> record(store::Transaction& transaction, runtime::Environment& environment, Change change,
                     std::string operation, std::string provider_ref);

/// Applies what a provider said to the payment of `ref` and records it; answers with the payment as it then stands.
/// A statement that contradicts what is settled leaves it as it is. Throws NOT_FOUND for an unknown reference.
task<Payment> recordNotice(store::Transaction& transaction, runtime::Environment& environment, std::string ref,
                           Notice notice);

}  // namespace kontor::payment
