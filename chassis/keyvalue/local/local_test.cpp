#include "chassis/keyvalue/local/local.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "chassis/keyvalue/keyvalue_contract_test.hpp"
#include "chassis/keyvalue/lru.hpp"

namespace kontor::keyvalue {
namespace {

using namespace std::chrono_literals;

class LocalBench final : public KeyValueBench {
 public:
  explicit LocalBench(std::unique_ptr<testing::World> world) : world_(std::move(world)) {}
  testing::World& world() override { return *world_; }
  KeyValue& store() override { return *store_; }

 private:
  std::unique_ptr<testing::World> world_;
  std::shared_ptr<KeyValue> store_ = local::open(1 << 20);
};

INSTANTIATE_TEST_SUITE_P(
    Local, KeyValueContract,
    ::testing::Values(KeyValueDriver{"Threads", [] { return std::make_unique<LocalBench>(testing::realWorld(2)); }},
                      KeyValueDriver{"Simulated",
                                     [] { return std::make_unique<LocalBench>(testing::simulatedWorld(1)); }}),
    [](const auto& driver) { return driver.param.name; });

// A model that remembers the order of use: what it still holds must be here, within the budget.
RC_GTEST_PROP(Lru, KeepsWhatWasUsedLastWithinItsBudget, ()) {
  const std::size_t most = *rc::gen::inRange<std::size_t>(0, 2000);
  Lru<int> lru(most);
  std::vector<std::pair<std::string, int>> model;  // the most recently used last
  std::map<std::string, std::size_t> costs;
  const auto forget = [&](const std::string& key) {
    std::erase_if(model, [&](const auto& each) { return each.first == key; });
  };
  const auto total = [&] {
    std::size_t sum = 0;
    for (const auto& each : model) sum += costs[each.first];
    return sum;
  };
  const int steps = *rc::gen::inRange(0, 60);
  for (int step = 0; step < steps; ++step) {
    const std::string key(1, *rc::gen::inRange('a', 'h'));
    const int act = *rc::gen::inRange(0, 3);
    if (act == 0) {
      const std::size_t bytes = *rc::gen::inRange<std::size_t>(0, 400);
      forget(key);
      costs[key] = bytes + key.size() + Lru<int>::kEntryBytes;
      const bool fits = costs[key] <= most;
      RC_ASSERT((lru.put(key, step, bytes) != nullptr) == fits);
      while (fits && total() + costs[key] > most) model.erase(model.begin());
      if (fits) model.emplace_back(key, step);
    } else if (act == 1) {
      const int* found = lru.find(key);
      const auto known = std::find_if(model.begin(), model.end(), [&](const auto& each) { return each.first == key; });
      RC_ASSERT((found != nullptr) == (known != model.end()));
      if (found == nullptr) continue;
      RC_ASSERT(*found == known->second);
      std::rotate(known, known + 1, model.end());
    } else {
      const std::size_t before = model.size();
      forget(key);
      RC_ASSERT(lru.erase(key) == (model.size() < before));
    }
    RC_ASSERT(lru.size() == model.size());
    RC_ASSERT(lru.bytes() == total());
    RC_ASSERT(lru.bytes() <= most);
  }
}

TEST(LocalKeyValue, StaysWithinItsBytes) {
  const auto world = testing::simulatedWorld(1);
  const auto store = local::open(16 * 4096);
  int left = 0;
  auto body = [](KeyValue& into, int& found) -> task<void> {
    for (int i = 0; i < 1000; ++i) co_await into.put("t:" + std::to_string(i), std::string(200, 'x'), 60s);
    for (int i = 0; i < 1000; ++i) {
      const std::optional<Item> item = co_await into.get("t:" + std::to_string(i));
      if (item) ++found;
    }
  };
  world->run(body(*store, left));
  EXPECT_GT(left, 100);
  EXPECT_LT(left, 16 * 4096 / 360 + 1);
}

}  // namespace
}  // namespace kontor::keyvalue
