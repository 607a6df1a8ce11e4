#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "chassis/runtime/simulation.hpp"
#include "chassis/testing/lossy_vfs.hpp"
#include "chassis/testing/test_host.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "services/order/neighbours_test.hpp"

namespace kontor::order {

using namespace std::chrono_literals;

/// How a call ended; neither while it runs, or when its caller's process died.
template <class T>
struct Outcome {
  std::optional<T> answer;
  std::optional<Error> error;

  bool ended() const { return answer || error; }
  std::string reason() const { return error ? error->reason() : answer ? "OK" : "LOST"; }
  int status() const {
    if (error) return error->status();
    return answer ? answer->status() : 0;
  }
};
template <class T>
using Reply = std::shared_ptr<Outcome<T>>;

/// `order` on a node that can be killed, its database on a disk that forgets, and its neighbours on a node that lives.
class Shop {
 public:
  explicit Shop(std::uint64_t seed = 1, std::string yaml = "");
  ~Shop();

  /// The process dies, or the power goes; then it comes back.
  void crash(bool power = false);

  Reply<v1::PayResponse> startPay(const std::string& cart, const std::string& token, const std::string& key = "",
                                  const std::string& body = "");
  Reply<v1::CompleteResponse> startComplete(const std::string& cart, const std::string& key = "",
                                            const std::string& body = "");
  Outcome<v1::PayResponse> pay(const std::string& cart, const std::string& token, const std::string& key = "",
                               const std::string& body = "") {
    return await(startPay(cart, token, key, body));
  }
  Outcome<v1::CompleteResponse> complete(const std::string& cart, const std::string& key = "",
                                         const std::string& body = "") {
    return await(startComplete(cart, key, body));
  }
  /// Pays with `token` and completes, repeating calls and paying again as a stubborn buyer does.
  Outcome<v1::CompleteResponse> buy(const std::string& cart, std::string token);

  /// Any call of the contract, as the gateway would make it.
  template <class T>
  Reply<T> start(std::function<task<T>(std::shared_ptr<v1::Orders>, rpc::Context)> call, rpc::Context::Data data = {});
  template <class T>
  Outcome<T> await(const Reply<T>& reply) {
    runUntil([&] { return reply->ended() || crashed_; });
    crashed_ = false;
    return *reply;
  }
  template <class T>
  Outcome<T> get(std::function<task<T>(std::shared_ptr<v1::Orders>, rpc::Context)> call, rpc::Context::Data data = {}) {
    return await(start<T>(std::move(call), std::move(data)));
  }

  /// Runs until all time limits have passed; a crash that has not come by then comes no more.
  void settle() {
    crash_at_ = 0;
    world.runFor(3min);
  }
  /// What is wrong now that all has settled: leftovers, complaints, broken invariants. Empty when all is well.
  std::string faults();
  /// What breaks the invariants now, a line each with the invariant's name in front; nothing waits in the outbox then.
  std::string brokenInvariants();
  /// Rows of a query on order's database.
  store::Rows rows(std::string_view sql);
  void execute(std::string sql);
  /// What a relay would have done.
  void drainOutbox() { execute("DELETE FROM outbox"); }
  std::int64_t number(std::string_view sql) { return rows(sql).at(0).int64(0); }
  std::string text(std::string_view sql) { return rows(sql).at(0).text(0); }
  std::string onlyRef() { return text("SELECT id FROM checkout ORDER BY created_at DESC LIMIT 1"); }

  /// Crashes once, when the world has made that many steps.
  void crashAt(std::uint64_t step, bool power) {
    crash_at_ = step;
    crash_by_power_ = power;
  }

  runtime::Simulation world;
  Wire wire;
  FakeInventory inventory;
  FakeCarts carts;
  Complaints complaints;
  FakePayments payments;
  bool duplicate_events = false;

 private:
  struct Life;
  void boot();
  void end();
  void pump();
  void runUntil(const std::function<bool()>& done);

  std::string yaml_;
  testing::LossyDisk disk_;
  std::unique_ptr<Life> life_;
  bool delivering_ = false;
  std::uint64_t crash_at_ = 0;  // 0: never
  bool crash_by_power_ = false;
  bool crashed_ = false;
};

}  // namespace kontor::order
