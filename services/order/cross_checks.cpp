#include "services/order/cross_checks.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kontor::order {
namespace {

using cart::v1::Cart;
using inventory::v1::Reservation;
using payment::v1::BookEntry;
using payment::v1::Payment;

// By binary search: pages come in the order of their ids.
const CheckoutFact* factOf(const std::vector<CheckoutFact>& checkouts, const std::string& id) {
  const auto found = std::lower_bound(checkouts.begin(), checkouts.end(), id,
                                      [](const CheckoutFact& fact, const std::string& key) { return fact.id < key; });
  return found != checkouts.end() && found->id == id ? &*found : nullptr;
}

std::string describe(const CheckoutFact& fact) {
  std::string text = "checkout " + fact.id + " is " + std::string(stepName(fact.step));
  if (!fact.order_id.empty()) text += ", its order " + fact.order_id + " " + std::string(wordOf(fact.order_status));
  return text;
}

bool stands(const CheckoutFact& fact) { return fact.step == Step::kDone && fact.hasStandingOrder(); }

// What our book says the provider holds or has for us.
std::int64_t heldBy(const BookEntry& entry) {
  if (entry.state() == Payment::STATE_VOIDED) return 0;
  return entry.authorized().amount() - entry.refunded().amount();
}

/// What the provider still holds or has.
std::int64_t heldByProvider(const BookEntry& entry) {
  if (!entry.has_provider()) return 0;
  const payment::v1::ProviderEntry& provider = entry.provider();
  const bool nothing = provider.state() == "voided" || provider.state() == "declined";
  return nothing ? 0 : provider.authorized() - provider.refunded();
}

// An outcome that we have heard of; before that, the two books may differ for as long as the question takes.
bool settledIn(const BookEntry& entry) {
  return entry.ours() && entry.state() != Payment::STATE_CREATED && entry.state() != Payment::STATE_REQUIRES_ACTION;
}

// What an order says of its payment while it stands.
v1::Order::PaymentStatus saidOf(const BookEntry& entry) {
  switch (entry.state()) {
    case Payment::STATE_PARTIALLY_CAPTURED:
      return v1::Order::PAYMENT_STATUS_PARTIALLY_CAPTURED;
    case Payment::STATE_CAPTURED:
      return v1::Order::PAYMENT_STATUS_CAPTURED;
    case Payment::STATE_REFUNDED:
      return v1::Order::PAYMENT_STATUS_REFUNDED;
    default:
      return v1::Order::PAYMENT_STATUS_AUTHORIZED;
  }
}

void count(store::Audit& audit, std::size_t facts) { audit.checked += static_cast<std::int64_t>(facts); }

}  // namespace

void ShopInvariants::judge(const StockPage& page) {
  std::map<std::string, Reservation::State> states;
  for (const Reservation& reservation : page.reservations) states[reservation.ref()] = reservation.state();
  for (const auto& [ref, state] : states) {
    const CheckoutFact* fact = factOf(page.checkouts, ref);
    if (fact == nullptr) known_.violate("stock is held for " + ref + ", which is no checkout");
    if (fact != nullptr && !fact->young && fact->leavesNothing())
      leftovers_.violate(describe(*fact) + ", but stock is held for it");
  }
  count(known_, states.size());
  count(leftovers_, states.size());
  for (const CheckoutFact& fact : page.checkouts) {
    // From its shipment on the units leave the shelf, when inventory gets to hear of it.
    if (fact.young || !stands(fact) || fact.fulfilment != v1::Order::FULFILMENT_STATUS_UNFULFILLED) continue;
    count(stock_, 1);
    const auto found = states.find(fact.id);
    if (found == states.end() || found->second != Reservation::STATE_COMMITTED)
      stock_.violate(describe(fact) + ", but no stock is promised to it");
  }
}

void ShopInvariants::judge(const LockPage& page) {
  count(known_, page.locks.size());
  std::set<std::string> completed;
  for (const cart::v1::CartLock& lock : page.locks) {
    const bool done = lock.state() == Cart::STATE_COMPLETED;
    if (done) completed.insert(lock.checkout_id());
    const CheckoutFact* fact = factOf(page.checkouts, lock.checkout_id());
    if (fact == nullptr) known_.violate("a cart is held by " + lock.checkout_id() + ", which is no checkout");
    if (fact == nullptr || fact->young) continue;
    if (done && fact->order_id.empty()) carts_.violate(describe(*fact) + ", but its cart is completed");
    if (!done && (fact->step == Step::kFailed || fact->step == Step::kDone))
      leftovers_.violate(describe(*fact) + ", but its cart is still locked");
  }
  for (const CheckoutFact& fact : page.checkouts) {
    if (fact.young || !stands(fact)) continue;
    count(carts_, 1);
    if (!completed.contains(fact.id)) carts_.violate(describe(fact) + ", but its cart is not completed");
  }
}

void ShopInvariants::judgeOrder(const BookEntry& entry, const CheckoutFact& checkout) {
  count(paid_, 1);
  const std::int64_t authorized = entry.authorized().amount();
  if (authorized != checkout.total)
    paid_.violate(describe(checkout) + ": its total is " + std::to_string(checkout.total) + ", authorised are " +
                  std::to_string(authorized));
  // A parcel's share is written down before it is captured, and the order hears of the capture last.
  const std::int64_t captured = entry.captured().amount();
  if (captured < checkout.captured || captured > checkout.due)
    paid_.violate(describe(checkout) + ": its parcels take " + std::to_string(checkout.due) + " and have taken " +
                  std::to_string(checkout.captured) + ", captured are " + std::to_string(captured));
  if (checkout.fulfilment != v1::Order::FULFILMENT_STATUS_UNFULFILLED) return;
  const v1::Order::PaymentStatus said = saidOf(entry);
  if (checkout.order_payment != said)
    paid_.violate(describe(checkout) + " and says " + std::string(wordOf(checkout.order_payment)) +
                  ", its payment is " + std::string(wordOf(said)));
}

void ShopInvariants::judgeEntry(const BookEntry& entry, const CheckoutFact* checkout) {
  const std::int64_t ours = heldBy(entry);
  const std::int64_t theirs = heldByProvider(entry);
  const bool ended = checkout != nullptr && (checkout->step == Step::kFailed || checkout->step == Step::kDone);
  const bool moving = checkout != nullptr && checkout->movesMoney();
  const bool comparable = !moving && (settledIn(entry) || !entry.ours() || ended);
  const std::int64_t captured = entry.has_provider() ? entry.provider().captured() : 0;
  if (comparable && (ours != theirs || entry.captured().amount() != captured)) {
    books_.violate(entry.ref() + ": we hold " + std::to_string(ours) + " and took " +
                   std::to_string(entry.captured().amount()) + ", the provider says " + std::to_string(theirs) +
                   " and " + std::to_string(captured));
  }
  if (entry.captured().amount() > entry.authorized().amount())
    books_.violate(entry.ref() + ": more was captured than authorised");
  if (ours <= 0) return;
  if (checkout == nullptr) {
    known_.violate("money is held for " + entry.ref() + ", which is no checkout");
    return;
  }
  if (checkout->leavesNothing()) leftovers_.violate(describe(*checkout) + ", but money is held for it");
  if (stands(*checkout)) judgeOrder(entry, *checkout);
  if (checkout->contested) in_force_.emplace_back(checkout->cart_hash, entry.ref());
}

void ShopInvariants::judge(const MoneyPage& page) {
  count(books_, page.entries.size());
  for (const BookEntry& entry : page.entries) {
    const CheckoutFact* fact = factOf(page.checkouts, entry.ref());
    if (fact != nullptr && fact->young) continue;
    judgeEntry(entry, fact);
    if (fact != nullptr && stands(*fact) && heldBy(entry) <= 0 && entry.ours()) noteUnpaid(*fact);
  }
}

std::vector<CheckoutFact> ShopInvariants::unpaidOf(const MoneyPage& page) {
  std::set<std::string> entries;
  for (const BookEntry& entry : page.entries) entries.insert(entry.ref());
  std::vector<CheckoutFact> unpaid;
  for (const CheckoutFact& fact : page.checkouts) {
    if (!fact.young && stands(fact) && !entries.contains(fact.id)) unpaid.push_back(fact);
  }
  return unpaid;
}

void ShopInvariants::noteUnpaid(const CheckoutFact& checkout) {
  leftovers_.violate(describe(checkout) + ", but no money is held for it");
}

void ShopInvariants::noteUnanswered(const std::string& service, const std::string& why) {
  answered_.violate(service + ": " + why);
}

std::vector<store::Audit> ShopInvariants::take() && {
  std::sort(in_force_.begin(), in_force_.end());
  for (std::size_t i = 1; i < in_force_.size(); ++i) {
    if (in_force_[i - 1].first == in_force_[i].first)
      single_.violate("two authorisations of one cart: " + in_force_[i - 1].second + " and " + in_force_[i].second);
  }
  single_.checked = books_.checked;
  std::vector<store::Audit> found;
  for (store::Audit* audit : {&leftovers_, &known_, &stock_, &carts_, &single_, &paid_, &books_, &answered_})
    found.push_back(std::move(*audit));
  return found;
}

}  // namespace kontor::order
