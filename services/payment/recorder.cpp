#include "services/payment/recorder.hpp"

#include <utility>

#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/payment/v1/events.kontor.hpp"
#include "services/payment/store.hpp"

namespace kontor::payment {
namespace {

template <class Message>
Message eventOf(const Payment& payment) {
  Message message;
  message.set_ref(payment.ref());
  message.set_payment_id(payment.id());
  return message;
}

template <class Message>
store::Event eventWithAmount(const Payment& payment, std::int64_t amount) {
  auto message = eventOf<Message>(payment);
  message.mutable_amount()->set_amount(amount);
  message.mutable_amount()->set_currency(payment.amount().currency());
  return makeEvent(message);
}

store::Event eventFor(const Change& change) {
  if (change.type == "authorized") return eventWithAmount<v1::PaymentAuthorized>(change.after, change.amount);
  if (change.type == "captured") return eventWithAmount<v1::PaymentCaptured>(change.after, change.amount);
  if (change.type == "refunded") return eventWithAmount<v1::PaymentRefunded>(change.after, change.amount);
  if (change.type == "voided") return makeEvent(eventOf<v1::PaymentVoided>(change.after));
  if (change.type == "requires_action") return makeEvent(eventOf<v1::PaymentRequiresAction>(change.after));
  auto failed = eventOf<v1::PaymentFailed>(change.after);
  failed.set_failure(change.after.failure());
  return makeEvent(failed);
}

}  // namespace

task<Payment> record(store::Transaction& transaction, runtime::Environment& environment, Change change,
                     std::string operation, std::string provider_ref) {
  change.after.set_version(change.after.version() + 1);
  records::HistoryRow row{environment.newId("pev_"), change.type, change.amount, std::move(operation),
                          std::move(provider_ref)};
  const bool written = co_await records::update(transaction, change.after, std::move(row));
  KONTOR_ASSERT(written, "a payment changed inside the transaction that had read it");
  store::Event event = eventFor(change);
  co_await transaction.emit(std::move(event));
  co_return std::move(change.after);
}

task<Payment> recordNotice(store::Transaction& transaction, runtime::Environment& environment, std::string ref,
                           Notice notice) {
  std::optional<Payment> before = co_await records::find(transaction, ref);
  if (!before) throw notFound("payment", ref);
  std::optional<Change> change;
  try {
    change = apply(*before, notice);
  } catch (const Error& contradiction) {
    // A late "declined" of what is authorised, or the like: our book stands, and the comparison of books will tell.
    if (contradiction.reason() != "PAYMENT_STATE") throw;
  }
  if (!change) co_return std::move(*before);
  Payment after =
      co_await record(transaction, environment, std::move(*change), std::string(), std::move(notice.provider_ref));
  co_return after;
}

}  // namespace kontor::payment
