#include "services/order/invariants.hpp"

#include "chassis/base/error.hpp"
#include "chassis/store/sql.hpp"
#include "services/order/store.hpp"
#include "services/order/store_fulfilments.hpp"

namespace kontor::order {
namespace {

// Opening what is sealed takes microseconds each: the newest tell whether the key fits.
constexpr std::int64_t kOpened = 200;
constexpr std::string_view kNewestCheckouts =
    "SELECT c.id FROM checkout c WHERE c.order_id IS NOT NULL ORDER BY c.id DESC LIMIT $1";

// What the checkout's calls answer again under their keys is what became of it.
std::string wrongAnswers(const Checkout& checkout) {
  if (!checkout.complete_answer.empty()) {
    v1::CompleteResponse answer;
    if (!answer.ParseFromString(checkout.complete_answer)) return "its kept completion cannot be read";
    if (answer.order().id() != checkout.order_id)
      return "its kept completion answers the order " + answer.order().id() + ", its row says " + checkout.order_id;
  }
  v1::PayResponse paid;
  if (!checkout.pay_answer.empty() && !paid.ParseFromString(checkout.pay_answer))
    return "its kept payment cannot be read";
  if (!checkout.pay_answer.empty() && paid.payment().ref() != checkout.id)
    return "its kept payment answers that of " + paid.payment().ref();
  return {};
}

std::string wrongOrder(const OrderRecord& record, const Checkout& checkout) {
  if (checkout.frozen == nullptr) return "its checkout kept no cart";
  const std::int64_t frozen = checkout.frozen->totals().total().amount();
  const std::int64_t total = record.order.totals().total().amount();
  if (total != frozen)
    return "its total is " + std::to_string(total) + ", its cart was frozen at " + std::to_string(frozen);
  return {};
}

void note(store::Audit& audit, const std::string& what, const std::string& wrong) {
  if (!wrong.empty()) audit.violate(what + ": " + wrong);
}

task<std::vector<store::Audit>> checkKept(store::Statements& in, const OrderStore& orders) {
  store::Audit answers("order: the same key gets the same answer, and what is sealed opens");
  store::Audit frozen("order: an order costs what its cart was frozen at");
  const store::Rows newest = co_await in.query(kNewestCheckouts, store::params(kOpened));
  for (const store::Row& row : newest) {
    const std::string& id = row.text(0);
    try {
      const std::optional<Checkout> checkout = co_await orders.checkout(in, id);
      if (!checkout) continue;
      note(answers, "checkout " + id, wrongAnswers(*checkout));
      const std::optional<OrderRecord> record = co_await orders.order(in, checkout->order_id);
      if (!record) continue;  // named by another rule
      note(frozen, "order " + record->order.number(), wrongOrder(*record, *checkout));
      const bool fits = co_await orders.tokenFits(in, record->order.id(), record->order.token());
      if (!fits) answers.violate("order " + record->order.number() + " is not found by its own token");
    } catch (const Error& error) {
      answers.violate("checkout " + id + ": " + error.message());
    }
  }
  for (store::Audit* audit : {&answers, &frozen}) audit->checked = static_cast<std::int64_t>(newest.size());
  std::vector<store::Audit> audits;
  for (store::Audit* audit : {&answers, &frozen}) audits.push_back(std::move(*audit));
  co_return audits;
}

}  // namespace

task<std::vector<store::Audit>> checkOrders(store::Statements& in, const OrderStore& orders, Time now) {
  std::vector<store::Audit> audits = co_await orders.audit(in, now);
  std::vector<store::Audit> parcels = co_await FulfilmentStore::audit(in, now);
  for (store::Audit& audit : parcels) audits.push_back(std::move(audit));
  std::vector<store::Audit> kept = co_await checkKept(in, orders);
  for (store::Audit& audit : kept) audits.push_back(std::move(audit));
  std::vector<store::Audit> records = co_await store::auditRecords(in, orders.sealer(), "order", now);
  for (store::Audit& audit : records) audits.push_back(std::move(audit));
  co_return audits;
}

}  // namespace kontor::order
