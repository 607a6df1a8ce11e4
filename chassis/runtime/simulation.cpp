#include "chassis/runtime/simulation.hpp"

#include <algorithm>
#include <optional>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/timer_queue.hpp"

namespace kontor::runtime {
namespace {

// 2026-01-01T00:00:00Z: where virtual wall-clock time begins.
constexpr std::int64_t kEpochMicros = 1'767'225'600'000'000;
constexpr std::uint64_t kFnvPrime = 1'099'511'628'211U;
constexpr std::uint64_t kFnvBasis = 14'695'981'039'346'656'037U;

}  // namespace

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t value = draw();
    const std::size_t size = std::min<std::size_t>(8, bytes.size() - at);
    for (std::size_t i = 0; i < size; ++i, value >>= 8) bytes[at + i] = static_cast<std::uint8_t>(value);
  }
}

std::uint64_t SeededRandom::draw() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

bool SeededRandom::chance(double probability) { return static_cast<double>(draw() >> 11) * 0x1.0p-53 < probability; }

/// One life of one node: executor, clock and random stream. Stays as an inert shell after its death.
class Simulation::Node final : public Executor, public Environment {
 public:
  Node(Simulation::Impl& world, std::size_t index, std::uint64_t seed) : world_(world), index_(index), random_(seed) {}
  ~Node() override { die(); }

  void post(Work work) override;
  TimerId after(Duration delay, Work work) override;
  void cancel(TimerId timer) override;
  SteadyTime now() const override;

  Time wallTime() const;
  Clock& clock() override { return clock_; }
  Random& random() override { return random_; }
  Executor& background() override { return *this; }
  std::unique_ptr<Worker> makeWorker(std::string_view name) override;

  void die();
  void run(Work work) {
    const Scope scope(*this);
    work();
  }

  bool alive() const { return alive_; }
  std::size_t index() const { return index_; }
  TimerQueue& timers() { return timers_; }

 private:
  class NodeClock final : public Clock {
   public:
    explicit NodeClock(const Node& node) : node_(node) {}
    Time now() const override { return node_.wallTime(); }

   private:
    const Node& node_;
  };
  class NodeWorker final : public Worker {
   public:
    explicit NodeWorker(Executor& executor) : executor_(executor) {}
    Executor& executor() override { return executor_; }

   private:
    Executor& executor_;
  };

  Simulation::Impl& world_;
  std::size_t index_;
  bool alive_ = true;
  SeededRandom random_;
  NodeClock clock_{*this};
  TimerQueue timers_;
};

struct Simulation::Impl {
  struct Ready {
    Node* node;
    Work work;
  };
  struct Place {
    std::vector<std::unique_ptr<Node>> lives;  // the last one is the present; the others are inert shells
  };

  explicit Impl(std::uint64_t seed_value) : seed(seed_value), random(seed_value) {}

  Node& node(std::size_t index) { return *places.at(index).lives.back(); }
  void mix(std::uint64_t value) { hash = (hash ^ value) * kFnvPrime; }
  bool wakeEarliest();

  std::uint64_t seed;
  SeededRandom random;
  std::vector<Ready> ready;
  std::vector<Place> places;
  SteadyTime now{};
  std::uint64_t steps = 0;
  std::uint64_t hash = kFnvBasis;
};

void Simulation::Node::post(Work work) {
  if (alive_) world_.ready.push_back({this, std::move(work)});
}

TimerId Simulation::Node::after(Duration delay, Work work) {
  if (!alive_) return 0;
  return timers_.add(world_.now + std::max(delay, Duration(0)), std::move(work));
}

void Simulation::Node::cancel(TimerId timer) { timers_.cancel(timer); }

SteadyTime Simulation::Node::now() const { return world_.now; }

Time Simulation::Node::wallTime() const {
  return fromMicros(kEpochMicros) + std::chrono::floor<Duration>(world_.now.time_since_epoch());
}

std::unique_ptr<Worker> Simulation::Node::makeWorker(std::string_view) { return std::make_unique<NodeWorker>(*this); }

void Simulation::Node::die() {
  if (!alive_) return;
  alive_ = false;
  // Destructors of the dead life run, but nothing they post or time is ever run again.
  const Scope scope(*this);
  timers_.clear();
  std::erase_if(world_.ready, [this](const Impl::Ready& entry) { return entry.node == this; });
  destroyRoots();
}

// Moves the timers that are due at the earliest moment into the ready work; false when no timer is left.
bool Simulation::Impl::wakeEarliest() {
  std::optional<SteadyTime> earliest;
  for (const Place& place : places) {
    const auto next = place.lives.back()->timers().next();
    if (next && (!earliest || *next < *earliest)) earliest = next;
  }
  if (!earliest) return false;
  now = std::max(now, *earliest);
  for (const Place& place : places) {
    Node& node = *place.lives.back();
    while (auto work = node.timers().takeDue(now)) ready.push_back({&node, std::move(*work)});
  }
  return true;
}

Simulation::Simulation(std::uint64_t seed) : impl_(std::make_unique<Impl>(seed)) {}

Simulation::~Simulation() {
  for (std::size_t i = 0; i < impl_->places.size(); ++i) kill(i);
}

std::size_t Simulation::addNode() {
  impl_->places.emplace_back();
  const std::size_t index = impl_->places.size() - 1;
  restart(index);
  return index;
}

bool Simulation::up(std::size_t node) const { return impl_->node(node).alive(); }

Environment& Simulation::environment(std::size_t node) { return impl_->node(node); }

void Simulation::kill(std::size_t node) { impl_->node(node).die(); }

void Simulation::restart(std::size_t node) {
  auto& lives = impl_->places.at(node).lives;
  KONTOR_ASSERT(lives.empty() || !lives.back()->alive(), "only a node that is down can be started");
  lives.push_back(std::make_unique<Node>(*impl_, node, impl_->random.draw()));
}

bool Simulation::step() {
  if (impl_->ready.empty() && !impl_->wakeEarliest()) return false;
  const std::size_t chosen = impl_->random.below(impl_->ready.size());
  std::swap(impl_->ready[chosen], impl_->ready.back());
  Impl::Ready entry = std::move(impl_->ready.back());
  impl_->ready.pop_back();
  ++impl_->steps;
  impl_->mix(entry.node->index());
  impl_->mix(static_cast<std::uint64_t>(impl_->now.time_since_epoch().count()));
  entry.node->run(std::move(entry.work));
  return true;
}

bool Simulation::runUntil(const std::function<bool()>& done, Duration bound) {
  const SteadyTime end = impl_->now + bound;
  while (!done()) {
    if (impl_->now > end || !step()) return false;
  }
  return true;
}

void Simulation::runFor(Duration span) {
  bool reached = false;
  const std::size_t timekeeper = 0;
  KONTOR_ASSERT(!impl_->places.empty(), "a world without nodes has no time");
  impl_->node(timekeeper).timers().add(impl_->now + span, [&reached] { reached = true; });
  while (!reached && step()) {
  }
}

Duration Simulation::elapsed() const { return std::chrono::floor<Duration>(impl_->now.time_since_epoch()); }
std::uint64_t Simulation::steps() const { return impl_->steps; }
std::uint64_t Simulation::trace() const { return impl_->hash; }
void Simulation::note(std::uint64_t value) { impl_->mix(value); }
SeededRandom& Simulation::random() { return impl_->random; }

}  // namespace kontor::runtime
