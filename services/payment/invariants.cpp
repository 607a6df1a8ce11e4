#include "services/payment/invariants.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "chassis/json/wellknown.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/payment/store.hpp"

namespace kontor::payment {
namespace {

constexpr std::int64_t kBatch = 1000;
constexpr std::size_t kPage = 500;

constexpr std::string_view kCountEvents = "SELECT COUNT(*) FROM payment_event";
constexpr std::string_view kStrayEvents =
    "SELECT e.id, e.type, e.ref FROM payment_event e WHERE NOT EXISTS (SELECT 1 FROM payment p WHERE p.ref = e.ref) "
    "ORDER BY e.ref, e.id LIMIT 20";
constexpr std::string_view kTwice =
    "SELECT ref, type, operation, COUNT(*) FROM payment_event WHERE operation <> '' "
    "GROUP BY ref, type, operation HAVING COUNT(*) > 1 ORDER BY ref, type, operation LIMIT 20";
constexpr std::string_view kUnnamed =
    "SELECT id, type, ref FROM payment_event WHERE type IN ('captured', 'refunded') AND operation = '' "
    "ORDER BY ref, id LIMIT 20";

std::string strayEvent(const store::Row& row) {
  return "event " + row.text(0) + " (" + row.text(1) + "): there is no payment of " + row.text(2);
}
std::string twiceLine(const store::Row& row) {
  return row.text(0) + ": " + row.text(2) + " was " + row.text(1) + " " + store::number(row, 3) + " times";
}
std::string unnamedLine(const store::Row& row) {
  return row.text(2) + ": event " + row.text(0) + " says " + row.text(1) + ", but not for what";
}

constexpr std::array<store::Rule, 3> kRules{
    {{"payment: every event is of a payment", kCountEvents, kStrayEvents, strayEvent},
     {"payment: one capture for each fulfilment, one refund for each reference", kCountEvents, kTwice, twiceLine},
     {"payment: every capture and refund says for what", kCountEvents, kUnnamed, unnamedLine}}};

std::string named(const Payment& payment) { return payment.id() + " of " + payment.ref(); }

void checkSums(const records::PaymentWithSums& row, store::Audit& audit) {
  const Payment& payment = row.payment;
  const auto differ = [&](std::string_view what, std::int64_t kept, std::int64_t sum) {
    if (kept == sum) return;
    audit.violate(named(payment) + ": " + std::string(what) + " is " + std::to_string(kept) + ", its history says " +
                  std::to_string(sum));
  };
  differ("authorized", payment.authorized().amount(), row.sums.authorized);
  differ("captured", payment.captured().amount(), row.sums.captured);
  differ("refunded", payment.refunded().amount(), row.sums.refunded);
}

void checkOrder(const Payment& payment, store::Audit& audit) {
  const bool sound = payment.authorized().amount() <= payment.amount().amount() &&
                     payment.captured().amount() <= payment.authorized().amount() &&
                     payment.refunded().amount() <= payment.captured().amount();
  if (!sound) audit.violate(named(payment) + " has taken or returned too much");
}

bool stateFits(const Payment& payment) {
  const std::int64_t authorized = payment.authorized().amount();
  const std::int64_t captured = payment.captured().amount();
  const std::int64_t refunded = payment.refunded().amount();
  switch (payment.state()) {
    case Payment::STATE_AUTHORIZED:
      return authorized > 0 && captured == 0;
    case Payment::STATE_PARTIALLY_CAPTURED:
      return captured > 0 && captured < authorized && refunded < captured;
    case Payment::STATE_CAPTURED:
      return captured > 0 && captured == authorized && refunded < captured;
    case Payment::STATE_REFUNDED:
      return captured > 0 && refunded == captured;
    default:
      return authorized == 0 && captured == 0 && refunded == 0;
  }
}

void checkState(const Payment& payment, store::Audit& audit) {
  if (stateFits(payment)) return;
  audit.violate(named(payment) + " is " + std::string(stateName(payment.state())) + " with " +
                std::to_string(payment.authorized().amount()) + " authorised, " +
                std::to_string(payment.captured().amount()) + " captured, " +
                std::to_string(payment.refunded().amount()) + " refunded");
}

task<std::vector<store::Audit>> auditPayments(store::Statements& in) {
  store::Audit sums("payment: amounts are the sums of their history");
  store::Audit order("payment: refunded <= captured <= authorized <= asked");
  store::Audit states("payment: a payment's state tells its amounts");
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await records::withSums(in, after, kBatch);
    for (const records::PaymentWithSums& row : rows) {
      checkSums(row, sums);
      checkOrder(row.payment, order);
      checkState(row.payment, states);
    }
    for (store::Audit* audit : {&sums, &order, &states}) audit->checked += static_cast<std::int64_t>(rows.size());
    more = rows.size() == kBatch;
    if (more) after = rows.back().payment.ref();
  }
  std::vector<store::Audit> audits;
  for (store::Audit* audit : {&sums, &order, &states}) audits.push_back(std::move(*audit));
  co_return audits;
}

v1::BookEntry entryOf(const Payment& payment) {
  v1::BookEntry entry;
  entry.set_ours(true);
  entry.set_ref(payment.ref());
  entry.set_state(payment.state());
  *entry.mutable_authorized() = payment.authorized();
  *entry.mutable_captured() = payment.captured();
  *entry.mutable_refunded() = payment.refunded();
  return entry;
}

using Entries = std::map<std::string, v1::BookEntry>;

void addProviderLine(const BookLine& line, Entries& entries) {
  v1::BookEntry& entry = entries[line.ref];
  entry.set_ref(line.ref);
  v1::ProviderEntry& provider = *entry.mutable_provider();
  provider.set_state(line.state);
  provider.set_authorized(line.authorized);
  provider.set_captured(line.captured);
  provider.set_refunded(line.refunded);
}

// What only the provider's page shows is either unknown to us, which is a finding, or too young to be judged; what the
// provider has just changed is too young as well: our own book may not have heard of it.
task<void> dropYoung(store::SqlStore& store, const std::set<std::string>& just_changed, Entries& entries) {
  for (auto at = entries.begin(); at != entries.end();) {
    bool young = just_changed.contains(at->first);
    if (!young && !at->second.ours()) {
      const auto known = co_await records::find(store, at->first);
      young = known.has_value();
    }
    at = young ? entries.erase(at) : std::next(at);
  }
}

}  // namespace

task<type::v1::CheckInvariantsResponse> checkInvariants(store::Statements& statements, const security::Sealer& sealer,
                                                        Time now) {
  type::v1::CheckInvariantsResponse response;
  const std::vector<store::Audit> payments = co_await auditPayments(statements);
  store::addAudits(payments, response);
  const std::vector<store::Audit> rules = co_await store::auditRules(statements, kRules, now);
  store::addAudits(rules, response);
  const std::vector<store::Audit> records = co_await store::auditRecords(statements, sealer, "payment", now);
  store::addAudits(records, response);
  co_return response;
}

task<v1::CompareBooksResponse> compareBooks(
    store::SqlStore& store, const std::map<std::string, std::shared_ptr<Provider>, std::less<>>& providers,
    v1::CompareBooksRequest request) {
  // The provider's side is read first: what it books after that is younger than what we judge.
  const Time since = toTime(request.since());
  const Time until = toTime(request.until());
  Entries entries;
  std::set<std::string> just_changed;
  // A full page of either side may end at another reference: only what all have read up to is compared.
  std::string last;
  const auto limitTo = [&](const std::string& ref) { last = last.empty() ? ref : std::min(last, ref); };
  for (const auto& [name, provider] : providers) {
    const auto lines = co_await provider->list(since, request.after_ref(), kPage);
    for (const BookLine& line : lines) {
      addProviderLine(line, entries);
      if (line.changed_at >= until) just_changed.insert(line.ref);
    }
    if (lines.size() == kPage) limitTo(lines.back().ref);
  }
  const auto ours = co_await records::changed(store, since, until, request.after_ref(), kPage);
  for (const Payment& payment : ours) {
    v1::BookEntry entry = entryOf(payment);
    const auto found = entries.find(payment.ref());
    if (found != entries.end()) *entry.mutable_provider() = found->second.provider();
    entries[payment.ref()] = std::move(entry);
  }
  if (ours.size() == kPage) limitTo(ours.back().ref());
  if (!last.empty()) entries.erase(entries.upper_bound(last), entries.end());
  co_await dropYoung(store, just_changed, entries);
  v1::CompareBooksResponse response;
  for (auto& [ref, entry] : entries) *response.add_entries() = std::move(entry);
  response.set_next_after_ref(last);
  co_return response;
}

}  // namespace kontor::payment
