#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"
#include "services/payment/domain.hpp"

namespace kontor::store {
class Statements;
class Transaction;
}  // namespace kontor::store

/// What payment needs of a store, in its own words. Functions work in the transaction or snapshot they are given.
namespace kontor::payment::records {

task<std::optional<Payment>> find(store::Statements& store, std::string ref);
/// False when the reference is there already.
task<bool> insert(store::Transaction& transaction, Payment payment);

/// One row of a payment's history; `operation` is the capture or refund reference, else empty.
struct HistoryRow {
  std::string id;
  std::string_view type;
  std::int64_t amount = 0;
  std::string operation;
  std::string provider_ref;
};
/// Writes `after` over the payment at version `after.version() - 1`, with its row of history. False when somebody else
/// changed it first.
task<bool> update(store::Transaction& transaction, Payment after, HistoryRow row);
/// Whether this capture or refund is in the history already.
task<bool> happened(store::Statements& store, std::string ref, std::string_view type, std::string operation);

/// False when this provider's event was received before.
task<bool> receive(store::Transaction& transaction, std::string provider, std::string event_id);

/// Payments changed in [since, until), in the order of references after `after_ref`.
task<std::vector<Payment>> changed(store::Statements& store, Time since, Time until, std::string after_ref,
                                   std::int64_t limit);
/// The sum of a payment's history by type.
struct HistorySums {
  std::int64_t authorized = 0;  // less what was voided
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
};
struct PaymentWithSums {
  Payment payment;
  HistorySums sums;
};
task<std::vector<PaymentWithSums>> withSums(store::Statements& store, std::string after_ref, std::int64_t limit);

}  // namespace kontor::payment::records
