#include "services/order/shop_check.hpp"

#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "services/order/invariants.hpp"

namespace kontor::order {
namespace {

constexpr std::int64_t kFactsAtOnce = 1000;

}  // namespace

task<std::vector<CheckoutFact>> ShopCheck::factsBetween(std::string after, std::string last) {
  std::vector<CheckoutFact> facts;
  for (;;) {
    auto body = [this, after, last](store::Statements& in) -> task<std::vector<CheckoutFact>> {
      co_return co_await orders_.facts(in, after, last, kFactsAtOnce);
    };
    std::vector<CheckoutFact> some = co_await store_.snapshot(std::move(body));
    const bool more = std::cmp_equal(some.size(), kFactsAtOnce);
    if (more) after = some.back().id;
    for (CheckoutFact& fact : some) {
      if (fact.changed_at <= until_) facts.push_back(std::move(fact));
    }
    if (!more) co_return facts;
  }
}

// The others' page is read before ours: what changed in between is young by our own account and left out.
task<void> ShopCheck::readStock(rpc::Context context) {
  std::string after;
  for (bool more = true; more;) {
    inventory::v1::GetReservationsRequest request;
    *request.mutable_active_before() = toTimestamp(until_);
    request.set_after_ref(after);
    auto response = co_await neighbours_.inventory->GetReservations(context, std::move(request));
    StockPage page;
    for (auto& reservation : *response.mutable_reservations()) page.reservations.push_back(std::move(reservation));
    more = !page.reservations.empty();
    const std::string last = more ? page.reservations.back().ref() : "";
    page.checkouts = co_await factsBetween(after, last);
    shop_.judge(page);
    after = last;
  }
}

task<void> ShopCheck::readMoney(rpc::Context context) {
  std::string after;
  for (bool more = true; more;) {
    payment::v1::CompareBooksRequest request;
    *request.mutable_since() = toTimestamp(Time{});
    *request.mutable_until() = toTimestamp(until_);
    request.set_after_ref(after);
    auto response = co_await neighbours_.payments->CompareBooks(context, std::move(request));
    MoneyPage page;
    for (auto& entry : *response.mutable_entries()) page.entries.push_back(std::move(entry));
    more = !page.entries.empty();
    const std::string last = more ? page.entries.back().ref() : "";
    page.checkouts = co_await factsBetween(after, last);
    shop_.judge(page);
    for (const CheckoutFact& fact : ShopInvariants::unpaidOf(page)) co_await askForPayment(context, fact);
    after = last;
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
    *request.mutable_locked_before() = toTimestamp(until_);
    request.set_after(after);
    auto response = co_await neighbours_.carts->GetLocks(context, std::move(request));
    LockPage page;
    for (auto& lock : *response.mutable_locks()) page.locks.push_back(std::move(lock));
    more = !page.locks.empty();
    if (!more) break;
    const std::string last = page.locks.back().checkout_id();
    page.checkouts = co_await factsBetween(after, last);
    shop_.judge(page);
    after = last;
  }
}

task<std::vector<type::v1::Invariant>> ShopCheck::run(rpc::Context context) {
  rpc::Context inner = context.asService("order");
  auto own = [now = now_](store::Statements& in) -> task<std::vector<type::v1::Invariant>> {
    co_return co_await checkOrders(in, now);
  };
  found_ = co_await store_.snapshot(std::move(own));
  const auto add = [this](type::v1::CheckInvariantsResponse response) {
    for (auto& invariant : *response.mutable_invariants()) found_.push_back(std::move(invariant));
  };
  // One after the other, each with its own failure: what can be said is said.
  std::string asking;
  for (int part = 0; part < 3; ++part) {
    try {
      type::v1::CheckInvariantsRequest request;
      if (part == 0) {
        asking = "inventory";
        add(co_await neighbours_.inventory->CheckInvariants(inner, std::move(request)));
        co_await readStock(inner);
      } else if (part == 1) {
        asking = "payment";
        add(co_await neighbours_.payments->CheckInvariants(inner, std::move(request)));
        co_await readMoney(inner);
      } else {
        asking = "cart";
        add(co_await neighbours_.carts->CheckInvariants(inner, std::move(request)));
        co_await readLocks(inner);
      }
    } catch (const Error& error) {
      shop_.noteUnanswered(asking, error.message());
    }
  }
  for (type::v1::Invariant& invariant : std::move(shop_).take()) found_.push_back(std::move(invariant));
  co_return std::move(found_);
}

}  // namespace kontor::order
