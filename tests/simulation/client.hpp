#pragma once

#include <google/protobuf/util/message_differencer.h>

#include <string>
#include <utility>

#include "chassis/runtime/executor.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/world.hpp"

namespace kontor::simulation {

/// Somebody who uses the shop and does not give up: repeats a call with its idempotency key until there is an answer.
class Client {
 public:
  /// `name` is part of its keys: unique in the world. `world` and `facts` must outlive it.
  Client(World& world, Facts& facts, std::string name, rpc::Principal principal = {})
      : world_(world), facts_(facts), name_(std::move(name)), principal_(std::move(principal)) {}
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool done() const { return done_; }

 protected:
  /// Calls until the shop has answered: with success, or an error that another try would not change. Now and then asks
  /// once more with the same key, which must give the same answer.
  template <class Service, class Request, class Response>
  task<Answer<Response>> insist(Action action, Method<Service, Request, Response> method, Request request) {
    const std::string key = newKey();
    task<Answer<Response>> calling = insistWith(action, method, std::move(request), key);
    co_return co_await calling;
  }

  template <class Service, class Request, class Response>
  task<Answer<Response>> insistWith(Action action, Method<Service, Request, Response> method, Request request,
                                    std::string key) {
    for (;;) {
      task<Answer<Response>> calling = world_.call(action, method, Request(request), Caller{principal_, key});
      Answer<Response> answer = co_await calling;
      if (!worthRepeating(answer.error()) && !answer.lost()) {
        note(action, answer.error());
        if (!key.empty() && chance(kAsksAgain)) {
          task<void> asking = askAgain(action, method, std::move(request), std::move(key), answer);
          co_await asking;
        }
        co_return answer;
      }
      co_await pause(kRetryPause);
    }
  }

  /// Waits for at most `most`, by chance.
  task<void> pause(Duration most);
  bool chance(double probability) { return world_.simulation().random().chance(probability); }
  std::uint64_t below(std::uint64_t bound) { return world_.simulation().random().below(bound); }
  std::string newKey() { return name_ + "-idempotency-key-" + std::to_string(++keys_); }
  void complain(const std::string& what) { world_.complaints().push_back(name_ + ": " + what); }

  World& world_;
  Facts& facts_;
  std::string name_;
  rpc::Principal principal_;
  bool done_ = false;

 private:
  static constexpr double kAsksAgain = 0.1;
  static constexpr Duration kRetryPause = Duration(100'000);

  template <class Service, class Request, class Response>
  task<void> askAgain(Action action, Method<Service, Request, Response> method, Request request, std::string key,
                      Answer<Response> first) {
    task<Answer<Response>> calling = world_.call(action, method, std::move(request), Caller{principal_, key});
    const Answer<Response> again = co_await calling;
    if (again.lost() || worthRepeating(again.error())) co_return;
    bool same = first.reason() == again.reason();
    if (first.ok() && again.ok()) same = sameAnswer(first.value(), again.value());
    // 202 says that the outcome is open: a repeat may know it.
    if (first.ok() && isOpen(first.value())) same = true;
    // What was refused because of the state of things may be granted later.
    if (!first.ok() && first.reason() != "PAYMENT_DECLINED") same = true;
    if (!same)
      complain("the key " + key + " was answered twice and differently: " + describe(first) + " and then " +
               describe(again));
  }

  template <class Response>
  static constexpr bool hasStatus() {
    return requires(Response response) {
      response.set_status(0);
      httpStatus(response);
    };
  }

  template <class Response>
  static bool isOpen(const Response& response) {
    if constexpr (hasStatus<Response>()) return response.status() == kAccepted;
    return false;
  }

  template <class Response>
  static bool sameAnswer(Response first, Response again) {
    if constexpr (hasStatus<Response>()) {
      // No status is the contract's own for success.
      first.set_status(0);
      again.set_status(0);
    }
    return google::protobuf::util::MessageDifferencer::Equals(first, again);
  }

  template <class Response>
  static std::string describe(const Answer<Response>& answer) {
    return answer.ok() ? answer.value().ShortDebugString() : answer.reason();
  }

  static constexpr int kAccepted = 202;
  static bool worthRepeating(const std::optional<Error>& error);
  void note(Action action, const std::optional<Error>& error);

  int keys_ = 0;
};

}  // namespace kontor::simulation
