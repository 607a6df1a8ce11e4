#include "tests/simulation/run.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/checks.hpp"
#include "tests/simulation/merchant.hpp"
#include "tests/simulation/shipper.hpp"

namespace kontor::simulation {
namespace {

using namespace std::chrono_literals;

// Waits that are minutes in a real shop are seconds here, in the same order: they only cost steps.
constexpr const char* kSettings = R"(
order:
  checkout.hold: 6s
  payment: {deadline: 2s, settle: 4s}
  invariants.settle: 500ms
payment:
  sandbox: {slow: 1s, unknown_pending: 3s, late_webhook_delay: 2s}
catalog:
  imports.batch: 2
user:
  password: {memory_kib: 8, passes: 1}
)";

constexpr Duration kStormBound = 10min;    // of virtual time with faults
constexpr Duration kHealingBound = 15min;  // in which every client must have its answers
constexpr Duration kQuietBound = 5min;     // in which the shop must come to rest
constexpr Duration kSettle = 1s;           // more than order's `invariants.settle`
constexpr std::size_t kComplaintsMost = 20;

// Everybody in one run, and what they were told.
class Cast {
 public:
  Cast(World& world, const Plan& plan)
      : world_(world),
        importer_(world, facts_, plan.files),
        stockkeeper_(world, facts_, plan.corrections),
        shipper_(world, facts_, [this] { return closing_; }) {
    facts_.shipping = true;
    for (std::size_t i = 0; i < plan.buyers.size(); ++i)
      buyers_.push_back(std::make_unique<Buyer>(world, facts_, "buyer-" + std::to_string(i + 1), plan.buyers.at(i)));
  }

  void enter() {
    world_.clients().spawn(importer_.run());
    world_.clients().spawn(opening());
  }
  bool shoppingDone() const {
    return importer_.done() && stockkeeper_.done() &&
           std::all_of(buyers_.begin(), buyers_.end(), [](const auto& buyer) { return buyer->done(); });
  }
  /// Nothing new is ordered any more.
  void close() { closing_ = true; }
  bool shippingDone() const { return shipper_.done(); }
  const Facts& facts() const { return facts_; }

 private:
  // Buyers come once there is something to buy.
  task<void> opening() {
    while (!importer_.stocked()) co_await runtime::sleep(10ms);
    for (const auto& buyer : buyers_) runtime::Executor::current().spawn(buyer->run());
    runtime::Executor::current().spawn(stockkeeper_.run());
    runtime::Executor::current().spawn(shipper_.run());
  }

  World& world_;
  Facts facts_;
  Importer importer_;
  StockKeeper stockkeeper_;
  Shipper shipper_;
  bool closing_ = false;
  std::vector<std::unique_ptr<Buyer>> buyers_;
};

// A run that has gone wrong is not driven on: what follows would only hide the first complaint.
bool broken(World& world) { return world.complaints().size() >= kComplaintsMost; }

bool stepUntil(World& world, Storm& storm, const std::function<bool()>& done, Duration bound) {
  const Duration end = world.simulation().elapsed() + bound;
  while (!done()) {
    if (broken(world) || world.simulation().elapsed() > end || !world.step()) return false;
    storm.afterStep();
  }
  return true;
}

// True when all went its way; else the complaints say what did not.
bool liveThrough(World& world, Storm& storm, Cast& cast, Report& report) {
  cast.enter();
  stepUntil(
      world, storm, [&] { return cast.shoppingDone(); }, kStormBound);
  storm.stop();
  const bool answered = stepUntil(
      world, storm, [&] { return cast.shoppingDone(); }, kHealingBound);
  report.shopping_steps = world.simulation().steps();
  if (!answered) world.complaints().push_back("not every client has come to an end");
  if (!answered || !comeToRest(world, kQuietBound)) return false;
  cast.close();
  const bool shipped = stepUntil(
      world, storm, [&] { return cast.shippingDone(); }, kHealingBound);
  if (!shipped) world.complaints().push_back("not everything was shipped");
  return shipped;
}

// What the disk does not hold now, nobody will ever see again.
void lastCut(World& world, Storm& storm) {
  storm.strike(Fault::kPowerCut);
  comeToRest(world, kQuietBound);
  world.simulation().runFor(kSettle);
}

}  // namespace

Plan swarm(std::uint64_t seed) {
  runtime::SeededRandom random(seed * 7919 + 1);
  const auto below = [&](int bound) { return static_cast<int>(random.below(static_cast<std::uint64_t>(bound))); };
  constexpr const char* kTokens[] = {"tok_approve", "tok_approve",         "tok_approve",
                                     "tok_decline", "tok_requires_action", "tok_slow",
                                     "tok_timeout", "tok_unknown",         "tok_late_webhook"};
  Plan plan;
  plan.seed = seed;
  plan.wire.loses_answers = random.chance(0.5) ? 0.05 : 0;
  plan.wire.doubles_requests = random.chance(0.5) ? 0.05 : 0;
  plan.wire.delay_max = Duration(1000 * (1 + below(20)));
  plan.faults = 30 + below(30);
  plan.files = 1 + below(4);
  plan.corrections = 3 + below(6);
  const auto& products = firstProducts();
  const int buyers = 4 + below(6);
  for (int i = 0; i < buyers; ++i) {
    std::vector<Errand> errands;
    for (int n = 4 + below(5); n > 0; --n) {
      Errand errand;
      for (int lines = 1 + below(3); lines > 0; --lines)
        errand.units[products.at(random.below(products.size())).handle] = 1 + below(2);
      errand.token = kTokens[random.below(std::size(kTokens))];
      errand.leaves = random.chance(0.2);
      errand.approves = random.chance(0.7);
      errand.changes_cart = random.chance(0.1);
      errand.cancels = random.chance(0.35);
      errand.gives_up = random.chance(0.2);
      errands.push_back(std::move(errand));
    }
    plan.buyers.push_back(std::move(errands));
  }
  return plan;
}

Plan smallShop(bool cancels) {
  Errand errand;
  errand.units = {{"anchor", 1}, {"ensign", 1}};
  errand.cancels = cancels;
  Plan plan;
  plan.buyers = {{errand}};
  return plan;
}

Report live(const Plan& plan) {
  World world(plan.seed, plan.wiring, kSettings);
  world.wire() = plan.wire;
  Storm storm = plan.strike_at > 0 ? Storm(world, plan.strike_at, plan.strike_with) : Storm(world, plan.faults);
  Cast cast(world, plan);
  Report report;
  report.seed = plan.seed;
  if (world.boot()) {
    const bool well = liveThrough(world, storm, cast, report);
    if (well) lastCut(world, storm);
    // Also of a shop that has gone wrong: what was lost says more than who waits for it.
    if (world.open()) checkAll(world, cast.facts());
  }
  report.faults = storm.counts();
  const Facts& facts = cast.facts();
  for (const auto& [id, order] : facts.orders) {
    report.orders += order.confirmed ? 1 : 0;
    report.cancelled += order.cancelled ? 1 : 0;
  }
  report.shipped = static_cast<std::int64_t>(facts.shipped.size());
  report.expired = expiredCheckouts(world);
  report.imports = static_cast<std::int64_t>(facts.imports.size());
  report.corrections = facts.answers.at(indexOf(Action::kAdjustment));
  report.events = world.audit().heard();
  report.repeats = world.audit().repeats();
  report.steps = world.simulation().steps();
  report.virtual_time = world.simulation().elapsed();
  report.trace = world.simulation().trace();
  report.violations = world.complaints();
  return report;
}

std::string explain(const Report& report) {
  if (report.violations.empty()) return "";
  std::string text =
      "seed " + std::to_string(report.seed) + " (again: make sim SEED=" + std::to_string(report.seed) + "):\n";
  for (const std::string& violation : report.violations) text += "  " + violation + "\n";
  return text;
}

}  // namespace kontor::simulation
