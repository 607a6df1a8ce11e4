#include "tests/simulation/world.hpp"

#include <utility>

#include "chassis/security/tokens.hpp"

namespace kontor::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Duration kCallTime = 15s;

std::string diskName() {
  static int made = 0;
  return "simulation_" + std::to_string(++made);
}

}  // namespace

World::World(std::uint64_t seed, Wiring wiring, std::string yaml)
    : wiring_(wiring), yaml_(std::move(yaml)), simulation_(seed), disk_(diskName(), seed) {
  simulation_.addNode();
  simulation_.addNode();
}

World::~World() {
  if (host_) end(Fault::kKill);
  simulation_.kill(kClients);
}

bool World::boot() {
  if (!simulation_.up(kShop)) simulation_.restart(kShop);
  try {
    host_ = std::make_unique<ShopHost>(simulation_.environment(kShop), disk_.name(), wiring_, yaml_);
  } catch (const Error& error) {
    if (!disk_.died()) complaints_.push_back("the shop does not start: " + error.message());
    simulation_.kill(kShop);
    return false;
  }
  audit_.subscribe(host_->bus());
  shop().spawn(begin());
  return true;
}

task<void> World::begin() {
  try {
    co_await host_->start();
    open_ = true;
  } catch (const Error& error) {
    if (!disk_.died()) complaints_.push_back("a service does not start: " + error.message());
  }
}

// The disk first: what destructors of the dead do must not reach it.
void World::end(Fault fault) {
  fault == Fault::kPowerCut ? disk_.powerCut() : disk_.processKill();
  open_ = false;
  for (auto& [id, flight] : flights_) flight.lose();
  simulation_.kill(kShop);
  host_.reset();
}

std::optional<std::int64_t> World::number(const std::string& service, std::string_view sql, store::Params params) {
  if (!host_ || disk_.died()) return std::nullopt;
  try {
    task<store::Rows> reading = host_->stores().at(service)->query(sql, std::move(params));
    return reading.runReady().at(0).int64(0);
  } catch (const Error& error) {
    complaints_.push_back(service + " cannot be read: " + error.message());
    return std::nullopt;
  }
}

task<void> World::travel() {
  const auto most = static_cast<std::uint64_t>(wire_.delay_max.count());
  co_await runtime::sleep(Duration(static_cast<std::int64_t>(simulation_.random().below(most + 1))));
}

// As the gateway makes it: the key is scoped by caller, method and path, the body's hash is its fingerprint.
rpc::Context World::contextOf(const Caller& caller, const std::string& scope, const std::string& body) {
  rpc::Context::Data data;
  data.deadline = clients().now() + kCallTime;
  data.principal = caller.principal;
  if (!caller.key.empty())
    data.idempotency = rpc::Idempotency{caller.principal.name() + " " + scope, caller.key, security::tokenHash(body)};
  return rpc::Context(std::move(data));
}

std::uint64_t World::depart(Action action, std::function<void()> lose) {
  flights_.emplace(++last_flight_, Flight{action, std::move(lose)});
  ++in_flight_[action];
  return last_flight_;
}

void World::arrive(std::uint64_t flight) {
  const auto found = flights_.find(flight);
  --in_flight_[found->second.action];
  flights_.erase(found);
}

}  // namespace kontor::simulation
