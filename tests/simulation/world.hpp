#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/rpc/context.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/testing/lossy_vfs.hpp"
#include "tests/simulation/action.hpp"
#include "tests/simulation/audit.hpp"
#include "tests/simulation/shop_host.hpp"

namespace kontor::simulation {

/// How a call ended for its client: an answer, an error, or neither: the connection broke, and the call may have run.
template <class T>
class Answer {
 public:
  Answer() = default;
  explicit Answer(T value) : value_(std::move(value)) {}
  explicit Answer(Error error) : error_(std::move(error)) {}

  bool lost() const { return !value_ && !error_; }
  bool ok() const { return value_.has_value(); }
  const T& value() const { return *value_; }
  const std::optional<Error>& error() const { return error_; }
  /// "OK", "LOST", or the error's reason.
  std::string reason() const { return error_ ? error_->reason() : value_ ? "OK" : "LOST"; }

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
};

/// A method of a generated contract.
template <class Service, class Request, class Response>
using Method = task<Response> (Service::*)(rpc::Context, Request);

/// On whose behalf a client calls, and under which key; an empty key is none.
struct Caller {
  rpc::Principal principal;
  std::string key;
};

/// The weather between clients and shop, by probability for each call.
struct Wire {
  double loses_answers = 0;
  double doubles_requests = 0;
  Duration delay_max = Duration(2000);
};

/// A shop on a disk that forgets, its clients on a machine that lives, and the wire between them: deterministic, on one
/// thread, in virtual time.
class World {
 public:
  World(std::uint64_t seed, Wiring wiring, std::string yaml);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Begins a life of the shop. It answers once `open`. False when it cannot start: `complaints` says why, unless its
  /// disk has died meanwhile, by `dieAfterWrites`.
  bool boot();
  /// Ends the present life, in the middle of whatever runs. `boot` must follow.
  void end(Fault fault);
  bool open() const { return open_; }
  /// The present life; not between `end` and `boot`.
  ShopHost& host() { return *host_; }

  bool step() { return simulation_.step(); }
  runtime::Simulation& simulation() { return simulation_; }
  testing::LossyDisk& disk() { return disk_; }
  runtime::Executor& clients() { return simulation_.environment(kClients).background(); }
  Time now() { return simulation_.environment(kClients).clock().now(); }
  Wire& wire() { return wire_; }
  Audit& audit() { return audit_; }
  /// What should never have happened, one line each.
  std::vector<std::string>& complaints() { return complaints_; }

  /// Actions that clients wait for.
  const std::map<Action, int>& inFlight() const { return in_flight_; }
  /// One number of a service's own database, or nothing while the shop is down.
  std::optional<std::int64_t> number(const std::string& service, std::string_view sql, store::Params params = {});

  /// Calls the shop over the wire, as a client on the clients' machine: request and answer are serialised, may be
  /// delayed, doubled or lost, and a fault breaks the connection.
  template <class Service, class Request, class Response>
  task<Answer<Response>> call(Action action, Method<Service, Request, Response> method, Request request,
                              Caller caller) {
    co_await travel();
    if (!open_) co_return Answer<Response>();
    runtime::OneShot<Answer<Response>> shot;
    std::function<void()> lose = [shot] { shot.setValue(Answer<Response>()); };
    const std::uint64_t flight = depart(action, std::move(lose));
    const std::string scope = std::string(Service::kName) + " " + request.GetTypeName();
    const std::string wire = request.SerializeAsString();
    auto service = host_->directory().client<Service>();
    const int copies = caller.key.empty() || !simulation_.random().chance(wire_.doubles_requests) ? 1 : 2;
    for (int i = 0; i < copies; ++i) {
      Request received;
      received.ParseFromString(wire);
      shop().spawn(serve<Service, Request, Response>(service, method, contextOf(caller, scope, wire),
                                                     std::move(received), shot));
    }
    Answer<Response> answer = co_await shot;
    arrive(flight);
    if (simulation_.random().chance(wire_.loses_answers)) answer = Answer<Response>();
    simulation_.note(answer.ok() ? 1 : 2);
    co_await travel();
    co_return answer;
  }

 private:
  struct Flight {
    Action action;
    std::function<void()> lose;
  };
  static constexpr std::size_t kClients = 0;
  static constexpr std::size_t kShop = 1;

  template <class Service, class Request, class Response>
  static task<void> serve(std::shared_ptr<Service> service, Method<Service, Request, Response> method,
                          rpc::Context context, Request request, runtime::OneShot<Answer<Response>> shot) {
    try {
      task<Response> work = ((*service).*method)(std::move(context), std::move(request));
      Response response = co_await work;
      Response received;
      received.ParseFromString(response.SerializeAsString());
      shot.setValue(Answer<Response>(std::move(received)));
    } catch (const Error& error) {
      shot.setValue(Answer<Response>(error));
    }
  }

  runtime::Executor& shop() { return simulation_.environment(kShop).background(); }
  task<void> travel();
  task<void> begin();
  rpc::Context contextOf(const Caller& caller, const std::string& scope, const std::string& body);
  std::uint64_t depart(Action action, std::function<void()> lose);
  void arrive(std::uint64_t flight);

  Wiring wiring_;
  std::string yaml_;
  runtime::Simulation simulation_;
  testing::LossyDisk disk_;
  Wire wire_;
  Audit audit_;
  std::vector<std::string> complaints_;
  std::unique_ptr<ShopHost> host_;
  bool open_ = false;
  std::map<std::uint64_t, Flight> flights_;
  std::map<Action, int> in_flight_;
  std::uint64_t last_flight_ = 0;
};

}  // namespace kontor::simulation
