#include "tests/simulation/storm.hpp"

namespace kontor::simulation {
namespace {

// Steps that a call of each kind takes, roughly: a fault strikes within them.
constexpr std::array<std::int64_t, kActions> kSpan = {8, 60, 50, 50, 60, 40, 60, 8, 60, 4};
// Steps in which it waits for an action to begin: longer for those that are rare.
constexpr std::array<std::int64_t, kActions> kPatience = {100, 100, 120, 250, 400, 120, 300, 200, 100, 100};
constexpr std::int64_t kWritesMost = 24;  // of the disk, until a fault in a write strikes
constexpr double kInWrite = 0.5;
constexpr double kWhileStarting = 0.1;
constexpr std::int64_t kLookEvery = 4;        // steps
constexpr std::int64_t kInWritePatience = 2;  // times the action's steps

// What nobody waits for is read from the services' own tables, which costs more than counting calls.
bool expiring(World& world) {
  const auto due = world.number("order",
                                "SELECT COUNT(*) FROM checkout WHERE (step = 'releasing' AND reason = 'EXPIRED') OR "
                                "(step IN ('authorized', 'requires_action') AND expires_at <= $1)",
                                store::params(world.now()));
  return due.value_or(0) > 0;
}

bool importing(World& world) {
  return world.number("catalog", "SELECT COUNT(*) FROM import_job WHERE state = 'running'").value_or(0) > 0;
}

bool readFromTables(Action action) { return action == Action::kExpiry || action == Action::kImport; }

bool isUnderWay(World& world, Action action) {
  if (action == Action::kStart) return !world.open();
  if (action == Action::kExpiry) return expiring(world);
  const auto calls = world.inFlight().find(action);
  if (calls != world.inFlight().end() && calls->second > 0) return true;
  return action == Action::kImport && importing(world);
}

}  // namespace

void FaultCounts::add(const FaultCounts& other) {
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    faults.at(fault) += other.faults.at(fault);
    in_write.at(fault) += other.in_write.at(fault);
    during_nothing.at(fault) += other.during_nothing.at(fault);
    for (std::size_t action = 0; action < kActions; ++action)
      during.at(fault).at(action) += other.during.at(fault).at(action);
  }
}

Actions underWay(World& world) {
  Actions actions{};
  for (std::size_t i = 0; i < kActions; ++i) actions.at(i) = isUnderWay(world, static_cast<Action>(i));
  return actions;
}

Storm::Aim Storm::aim() {
  runtime::SeededRandom& random = world_.simulation().random();
  Aim aim{};
  aim.fault = random.chance(0.5) ? Fault::kKill : Fault::kPowerCut;
  aim.action = static_cast<Action>(random.below(indexOf(Action::kStart)));
  if (random.chance(kWhileStarting)) aim.action = Action::kStart;
  aim.in_write = random.chance(kInWrite);
  const std::int64_t most = aim.in_write ? kWritesMost : kSpan.at(indexOf(aim.action));
  aim.steps = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most)));
  aim.patience = kPatience.at(indexOf(aim.action));
  return aim;
}

void Storm::afterStep() {
  if (world_.disk().died()) return strike(aim_->fault);
  if (over()) return;
  if (at_step_ > 0) {
    if (world_.simulation().steps() >= at_step_) strike(at_step_fault_);
    return;
  }
  if (!aim_) aim_ = aim();
  if (!aim_->armed) return seek();
  if (aim_->in_write && readFromTables(aim_->action)) aim_->seen = underWay(world_);
  if (aim_->in_write ? --aim_->patience <= 0 : --aim_->steps < 0) strike(aim_->fault);
}

// Looking into the tables after each step would cost more than the step itself.
void Storm::seek() {
  const bool look = !readFromTables(aim_->action) || aim_->patience % kLookEvery == 0;
  if (look && isUnderWay(world_, aim_->action)) {
    arm(kSpan.at(indexOf(aim_->action)) * kInWritePatience);
  } else if (--aim_->patience <= 0) {
    aim_.reset();  // there is no such action: aim anew
  }
}

void Storm::arm(std::int64_t patience) {
  aim_->armed = true;
  aim_->patience = patience;
  aim_->seen = underWay(world_);
  if (aim_->in_write) world_.disk().dieAfterWrites(static_cast<std::uint64_t>(aim_->steps) + 1);
}

void Storm::stop() {
  left_ = 0;
  if (aim_ && aim_->armed && aim_->in_write) strike(aim_->fault);
  aim_.reset();
}

void Storm::note(Fault fault) {
  const std::size_t kind = indexOf(fault);
  ++counts_.faults.at(kind);
  if (world_.disk().died()) ++counts_.in_write.at(kind);
  const Actions now = underWay(world_);
  bool any = false;
  for (std::size_t i = 0; i < kActions; ++i) {
    const bool seen = world_.disk().died() && aim_ && readFromTables(static_cast<Action>(i)) && aim_->seen.at(i);
    if (!now.at(i) && !seen) continue;
    ++counts_.during.at(kind).at(i);
    any = true;
  }
  if (!any) ++counts_.during_nothing.at(kind);
}

void Storm::strike(Fault fault) {
  for (bool up = false; !up;) {
    note(fault);
    world_.end(fault);
    aim_.reset();
    if (--left_ > 0 && at_step_ == 0) aim_ = aim();
    if (aim_ && aim_->action == Action::kStart && aim_->in_write) arm(kPatience.at(indexOf(Action::kStart)));
    up = world_.boot() || !world_.disk().died();
    if (!up) fault = aim_->fault;
  }
}

}  // namespace kontor::simulation
