#include "services/order/cross_checks.hpp"

#include <algorithm>
#include <map>

#include "services/order/invariants.hpp"

namespace kontor::order {
namespace {

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

void count(type::v1::Invariant& invariant, std::size_t facts) {
  invariant.set_checked(invariant.checked() + static_cast<std::int64_t>(facts));
}

}  // namespace

ShopInvariants::ShopInvariants()
    : leftovers_(holding("shop: every settled checkout ended in an order or left nothing")),
      stock_(holding("shop: every order that stands has its stock promised")),
      single_(holding("shop: at most one authorisation is in force for an order")),
      books_(holding("shop: the provider's book equals ours")),
      answered_(holding("shop: every service answered the check")) {}

void ShopInvariants::judge(const StockPage& page) {
  std::map<std::string, Reservation::State> states;
  for (const Reservation& reservation : page.reservations) states[reservation.ref()] = reservation.state();
  for (const auto& [ref, state] : states) {
    const CheckoutFact* fact = factOf(page.checkouts, ref);
    if (fact != nullptr && fact->leavesNothing()) violate(leftovers_, describe(*fact) + ", but stock is held for it");
  }
  count(leftovers_, states.size());
  for (const CheckoutFact& fact : page.checkouts) {
    if (fact.step != Step::kDone || !fact.hasStandingOrder()) continue;
    count(stock_, 1);
    const auto found = states.find(fact.id);
    if (found == states.end() || found->second != Reservation::STATE_COMMITTED)
      violate(stock_, describe(fact) + ", but no stock is promised to it");
  }
}

void ShopInvariants::judge(const LockPage& page) {
  count(leftovers_, page.locks.size());
  for (const cart::v1::CartLock& lock : page.locks) {
    const CheckoutFact* fact = factOf(page.checkouts, lock.checkout_id());
    if (fact == nullptr || lock.state() != cart::v1::Cart::STATE_CHECKING_OUT) continue;
    if (fact->step == Step::kFailed || fact->step == Step::kDone)
      violate(leftovers_, describe(*fact) + ", but its cart is still locked");
  }
}

void ShopInvariants::judgeEntry(const BookEntry& entry, const CheckoutFact* checkout) {
  const std::int64_t ours = heldBy(entry);
  const std::int64_t theirs = heldByProvider(entry);
  const bool ended = checkout != nullptr && (checkout->step == Step::kFailed || checkout->step == Step::kDone);
  const bool comparable = settledIn(entry) || !entry.ours() || ended;
  const std::int64_t captured = entry.has_provider() ? entry.provider().captured() : 0;
  if (comparable && (ours != theirs || entry.captured().amount() != captured)) {
    violate(books_, entry.ref() + ": we hold " + std::to_string(ours) + " and took " +
                        std::to_string(entry.captured().amount()) + ", the provider says " + std::to_string(theirs) +
                        " and " + std::to_string(captured));
  }
  if (entry.captured().amount() > entry.authorized().amount())
    violate(books_, entry.ref() + ": more was captured than authorised");
  if (ours <= 0) return;
  if (checkout == nullptr) return;
  if (checkout->leavesNothing()) violate(leftovers_, describe(*checkout) + ", but money is held for it");
  in_force_.emplace_back(checkout->cart_hash, entry.ref());
}

void ShopInvariants::judge(const MoneyPage& page) {
  count(books_, page.entries.size());
  for (const BookEntry& entry : page.entries) judgeEntry(entry, factOf(page.checkouts, entry.ref()));
  for (const BookEntry& entry : page.entries) {
    const CheckoutFact* fact = factOf(page.checkouts, entry.ref());
    const bool stands = fact != nullptr && fact->step == Step::kDone && fact->hasStandingOrder();
    if (stands && heldBy(entry) <= 0 && entry.ours()) noteUnpaid(*fact);
  }
}

std::vector<CheckoutFact> ShopInvariants::unpaidOf(const MoneyPage& page) {
  std::map<std::string, bool> entries;
  for (const BookEntry& entry : page.entries) entries[entry.ref()] = true;
  std::vector<CheckoutFact> unpaid;
  for (const CheckoutFact& fact : page.checkouts) {
    if (fact.step == Step::kDone && fact.hasStandingOrder() && !entries.contains(fact.id)) unpaid.push_back(fact);
  }
  return unpaid;
}

void ShopInvariants::noteUnpaid(const CheckoutFact& checkout) {
  violate(leftovers_, describe(checkout) + ", but no money is held for it");
}

void ShopInvariants::noteUnanswered(const std::string& service, const std::string& why) {
  violate(answered_, service + ": " + why);
}

std::vector<type::v1::Invariant> ShopInvariants::take() && {
  std::sort(in_force_.begin(), in_force_.end());
  for (std::size_t i = 1; i < in_force_.size(); ++i) {
    if (in_force_[i - 1].first == in_force_[i].first)
      violate(single_, "two authorisations of one cart: " + in_force_[i - 1].second + " and " + in_force_[i].second);
  }
  count(single_, in_force_.size());
  std::vector<type::v1::Invariant> found;
  for (type::v1::Invariant* invariant : {&leftovers_, &stock_, &single_, &books_, &answered_})
    found.push_back(std::move(*invariant));
  return found;
}

}  // namespace kontor::order
