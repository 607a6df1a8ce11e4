#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "chassis/bus/bus.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/testing/worlds.hpp"

namespace kontor::bus {

/// What the contract suite needs of a driver: a world with one empty bus.
class BusBench {
 public:
  virtual ~BusBench() = default;
  virtual testing::World& world() = 0;
  virtual Bus& bus() = 0;
  /// Stops the bus and opens it again, without subscriptions.
  virtual void reopen() = 0;
};

struct BusDriver {
  std::string name;
  std::function<std::unique_ptr<BusBench>()> make;
};

inline void PrintTo(const BusDriver& driver, std::ostream* out) { *out << driver.name; }

/// What a handler has seen; thread-safe.
class Seen {
 public:
  void add(const store::StoredEvent& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  std::vector<store::StoredEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<store::StoredEvent> events_;
};

/// The `sequence`-th event of a subject; its id follows from both.
store::StoredEvent eventOf(const std::string& subject, std::int64_t sequence);

/// Every bus must pass this suite.
class BusContract : public ::testing::TestWithParam<BusDriver> {
 public:
  ~BusContract() override { stop(); }

 protected:
  BusContract() : bench_(GetParam().make()) {}

  Bus& bus() { return bench_->bus(); }
  void publish(std::vector<store::StoredEvent> events) { bench_->world().run(bus().publish(std::move(events))); }
  void publish(store::StoredEvent event) { publish(std::vector<store::StoredEvent>{std::move(event)}); }
  void stop();
  /// Runs one call of the bus to its end.
  template <class T>
  T get(task<T> work) {
    std::optional<T> result;
    bench_->world().run(keep(std::move(work), result));
    return std::move(result.value());
  }
  /// All dead letters there are.
  std::vector<DeadLetter> letters();
  bool waitFor(std::function<bool()> done) { return bench_->world().waitUntil(std::move(done)); }
  /// The same for a condition that calls the bus itself.
  bool comesTrue(const std::function<bool()>& done);
  /// Subscribes `group` to "order" with a handler that only remembers.
  void remember(const std::string& group, Seen& seen);

  std::unique_ptr<BusBench> bench_;
  bool stopped_ = false;

 private:
  template <class T>
  static task<void> keep(task<T> work, std::optional<T>& into) {
    into.emplace(co_await work);
  }
};

}  // namespace kontor::bus
