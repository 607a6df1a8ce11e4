#include "services/payment/invariants.hpp"

#include <algorithm>
#include <utility>

#include "chassis/store/sql.hpp"
#include "services/payment/store.hpp"

namespace kontor::payment {
namespace {

constexpr std::int64_t kBatch = 1000;
constexpr std::size_t kPage = 500;
constexpr int kMostViolations = 20;

Time timeOf(const google::protobuf::Timestamp& timestamp) {
  return Time(std::chrono::seconds(timestamp.seconds()) +
              std::chrono::floor<Duration>(std::chrono::nanoseconds(timestamp.nanos())));
}

void violate(type::v1::Invariant& invariant, std::string what) {
  invariant.set_ok(false);
  if (invariant.violations_size() < kMostViolations) invariant.add_violations(std::move(what));
}

void checkSums(const records::PaymentWithSums& row, type::v1::Invariant& invariant) {
  const Payment& payment = row.payment;
  const auto differ = [&](std::string_view what, std::int64_t kept, std::int64_t sum) {
    if (kept == sum) return;
    violate(invariant, payment.id() + " of " + payment.ref() + ": " + std::string(what) + " is " +
                           std::to_string(kept) + ", its history says " + std::to_string(sum));
  };
  differ("authorized", payment.authorized().amount(), row.sums.authorized);
  differ("captured", payment.captured().amount(), row.sums.captured);
  differ("refunded", payment.refunded().amount(), row.sums.refunded);
}

void checkOrder(const Payment& payment, type::v1::Invariant& invariant) {
  const bool sound = payment.authorized().amount() <= payment.amount().amount() &&
                     payment.captured().amount() <= payment.authorized().amount() &&
                     payment.refunded().amount() <= payment.captured().amount();
  if (!sound) violate(invariant, payment.id() + " of " + payment.ref() + " has taken or returned too much");
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

// What only the provider's page shows is either unknown to us, which is a finding, or too young to be judged.
task<void> dropYoung(store::SqlStore& store, Entries& entries) {
  for (auto at = entries.begin(); at != entries.end();) {
    bool young = false;
    if (!at->second.ours()) {
      const auto known = co_await records::find(store, at->first);
      young = known.has_value();
    }
    at = young ? entries.erase(at) : std::next(at);
  }
}

// A page of each side may end at another reference: only what both have read up to is compared.
void cutAt(Entries& entries, const std::string& last) { entries.erase(entries.upper_bound(last), entries.end()); }

}  // namespace

task<type::v1::CheckInvariantsResponse> checkInvariants(store::Statements& statements) {
  type::v1::CheckInvariantsResponse response;
  type::v1::Invariant& sums = *response.add_invariants();
  sums.set_name("payment: amounts are the sums of their history");
  sums.set_ok(true);
  type::v1::Invariant& order = *response.add_invariants();
  order.set_name("payment: refunded <= captured <= authorized <= asked");
  order.set_ok(true);
  std::string after;
  for (;;) {
    const auto rows = co_await records::withSums(statements, after, kBatch);
    for (const records::PaymentWithSums& row : rows) {
      checkSums(row, sums);
      checkOrder(row.payment, order);
    }
    sums.set_checked(sums.checked() + static_cast<std::int64_t>(rows.size()));
    order.set_checked(order.checked() + static_cast<std::int64_t>(rows.size()));
    if (rows.size() < kBatch) break;
    after = rows.back().payment.ref();
  }
  co_return response;
}

task<v1::CompareBooksResponse> compareBooks(
    store::SqlStore& store, const std::map<std::string, std::shared_ptr<Provider>, std::less<>>& providers,
    v1::CompareBooksRequest request) {
  // The provider's side is read first: what it books after that is younger than what we judge.
  const Time since = timeOf(request.since());
  Entries entries;
  std::string last;
  bool cut = false;
  const auto limitTo = [&](const std::string& ref) {
    last = cut ? std::min(last, ref) : ref;
    cut = true;
  };
  for (const auto& [name, provider] : providers) {
    const auto lines = co_await provider->list(since, request.after_ref(), kPage);
    for (const BookLine& line : lines) addProviderLine(line, entries);
    if (lines.size() == kPage) limitTo(lines.back().ref);
  }
  const auto ours = co_await records::changed(store, since, timeOf(request.until()), request.after_ref(), kPage);
  for (const Payment& payment : ours) {
    v1::BookEntry entry = entryOf(payment);
    const auto found = entries.find(payment.ref());
    if (found != entries.end()) *entry.mutable_provider() = found->second.provider();
    entries[payment.ref()] = std::move(entry);
  }
  if (ours.size() == kPage) limitTo(ours.back().ref());
  if (cut) cutAt(entries, last);
  co_await dropYoung(store, entries);
  v1::CompareBooksResponse response;
  for (auto& [ref, entry] : entries) *response.add_entries() = std::move(entry);
  co_return response;
}

}  // namespace kontor::payment
