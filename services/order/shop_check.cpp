#include "services/order/shop_check.hpp"

#include <utility>

#include "chassis/json/wellknown.hpp"
#include "services/order/invariants.hpp"

namespace kontor::order {
namespace {

constexpr std::int64_t kFactsAtOnce = 500;

const std::string& refOf(const inventory::v1::Reservation& reservation) { return reservation.ref(); }
const std::string& refOf(const payment::v1::BookEntry& entry) { return entry.ref(); }
const std::string& refOf(const cart::v1::CartLock& lock) { return lock.checkout_id(); }

// Takes from the front of `items` what lies up to `last` (empty: all).
template <class Items>
auto takeUpTo(Items& items, int& at, const std::string& last) {
  std::vector<typename Items::value_type> taken;
  for (; at < items.size() && (last.empty() || refOf(items[at]) <= last); ++at) taken.push_back(items[at]);
  return taken;
}

}  // namespace

// The end of a page of facts ends the range of what it is compared with.
task<std::vector<CheckoutFact>> ShopCheck::nextFacts(Range& range) {
  auto body = [this, after = range.after, last = range.last](store::Statements& in) {
    return orders_.facts(in, after, last, kFactsAtOnce);
  };
  std::vector<CheckoutFact> facts = co_await store_.snapshot(std::move(body));
  for (CheckoutFact& fact : facts) fact.young = fact.changed_at > moment_.until;
  range.more = std::cmp_equal(facts.size(), kFactsAtOnce);
  range.after = range.more ? facts.back().id : range.last;
  co_return facts;
}

// The others' page is read before ours: what changed in between is young by our own account.
task<void> ShopCheck::readStock(rpc::Context context) {
  std::string after;
  for (bool more = true; more;) {
    inventory::v1::GetReservationsRequest request;
    *request.mutable_active_before() = toTimestamp(moment_.until);
    request.set_after_ref(after);
    auto response = co_await neighbours_.inventory->GetReservations(context, std::move(request));
    const auto& reservations = response.reservations();
    more = !reservations.empty();
    Range range{std::move(after), more ? reservations.rbegin()->ref() : "", true};
    after = range.last;
    for (int at = 0; range.more;) {
      StockPage page;
      page.checkouts = co_await nextFacts(range);
      page.reservations = takeUpTo(reservations, at, range.after);
      shop_.judge(page);
    }
  }
}

task<void> ShopCheck::readMoney(rpc::Context context) {
  std::string after;
  for (bool more = true; more;) {
    payment::v1::CompareBooksRequest request;
    *request.mutable_since() = toTimestamp(Time{});
    *request.mutable_until() = toTimestamp(moment_.until);
    request.set_after_ref(after);
    auto response = co_await neighbours_.payments->CompareBooks(context, std::move(request));
    more = !response.next_after_ref().empty();
    Range range{std::move(after), response.next_after_ref(), true};
    after = range.last;
    for (int at = 0; range.more;) {
      MoneyPage page;
      page.checkouts = co_await nextFacts(range);
      page.entries = takeUpTo(response.entries(), at, range.after);
      shop_.judge(page);
      for (const CheckoutFact& fact : ShopInvariants::unpaidOf(page)) co_await askForPayment(context, fact);
    }
  }
}

// No line in the compared books: its payment is either young or missing.
task<void> ShopCheck::askForPayment(rpc::Context context, CheckoutFact checkout) {
  payment::v1::GetPaymentRequest request;
  request.set_ref(checkout.id);
  bool missing = false;
  try {
    co_await neighbours_.payments->GetPayment(std::move(context), std::move(request));
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) throw;
    missing = true;
  }
  if (missing) shop_.noteUnpaid(checkout);
}

task<void> ShopCheck::readLocks(rpc::Context context) {
  std::string after;
  for (bool more = true; more;) {
    cart::v1::GetLocksRequest request;
    *request.mutable_locked_before() = toTimestamp(moment_.until);
    request.set_completed(true);
    request.set_after(after);
    auto response = co_await neighbours_.carts->GetLocks(context, std::move(request));
    const auto& locks = response.locks();
    more = !locks.empty();
    Range range{std::move(after), more ? locks.rbegin()->checkout_id() : "", true};
    after = range.last;
    for (int at = 0; range.more;) {
      LockPage page;
      page.checkouts = co_await nextFacts(range);
      page.locks = takeUpTo(locks, at, range.after);
      shop_.judge(page);
    }
  }
}

// Each with its own failure: what can be said is said.
task<void> ShopCheck::attempt(std::string service, task<void> work) {
  try {
    co_await work;
  } catch (const Error& error) {
    shop_.noteUnanswered(service, error.message());
  }
}

task<void> ShopCheck::askOne(const Checked& service, rpc::Context context) {
  type::v1::CheckInvariantsRequest request;
  *request.mutable_as_of() = toTimestamp(moment_.as_of);
  type::v1::CheckInvariantsResponse response = co_await service.ask(std::move(context), std::move(request));
  for (auto& invariant : *response.mutable_invariants()) found_.push_back(std::move(invariant));
}

task<std::vector<type::v1::Invariant>> ShopCheck::run(rpc::Context context) {
  const rpc::Context inner = context.asService("order");
  auto own = [this](store::Statements& in) { return checkOrders(in, orders_, moment_.as_of); };
  const std::vector<store::Audit> audits = co_await store_.snapshot(std::move(own));
  type::v1::CheckInvariantsResponse said;
  store::addAudits(audits, said);
  for (const Checked& service : services_) co_await attempt(service.service, askOne(service, inner));
  co_await attempt("inventory", readStock(inner));
  co_await attempt("payment", readMoney(inner));
  co_await attempt("cart", readLocks(inner));
  const std::vector<store::Audit> across = std::move(shop_).take();
  store::addAudits(across, said);
  for (auto& invariant : *said.mutable_invariants()) found_.push_back(std::move(invariant));
  co_return std::move(found_);
}

}  // namespace kontor::order
