#include "chassis/keyvalue/keyvalue_contract_test.hpp"

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::keyvalue {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KeyValueContract);

namespace {

using namespace std::chrono_literals;

/// The key's value, or "-" when it has none.
task<std::string> valueOf(KeyValue& store, std::string key) {
  const std::optional<Item> item = co_await store.get(std::move(key));
  co_return item ? item->value : "-";
}

TEST_P(KeyValueContract, WhatIsPutIsThereUntilItIsErased) {
  auto body = [](KeyValue& store) -> task<void> {
    const std::string bytes("a\0b\r\n\xFF", 6);
    EXPECT_EQ(co_await valueOf(store, "t:a"), "-");
    co_await store.put("t:a", bytes, 60s);
    co_await store.put("t:b", "", 60s);
    EXPECT_EQ(co_await valueOf(store, "t:a"), bytes);
    EXPECT_EQ(co_await valueOf(store, "t:b"), "");
    co_await store.put("t:a", "second", 60s);
    EXPECT_EQ(co_await valueOf(store, "t:a"), "second");
    EXPECT_TRUE(co_await store.erase("t:a"));
    EXPECT_FALSE(co_await store.erase("t:a"));
    EXPECT_EQ(co_await valueOf(store, "t:a"), "-");
    EXPECT_EQ(co_await valueOf(store, "t:b"), "");
  };
  run(body(store()));
}

TEST_P(KeyValueContract, AddTakesAFreeKeyOnly) {
  auto body = [](KeyValue& store) -> task<void> {
    EXPECT_TRUE(co_await store.add("t:lock", "mine", 60s));
    EXPECT_FALSE(co_await store.add("t:lock", "yours", 60s));
    EXPECT_EQ(co_await valueOf(store, "t:lock"), "mine");
    co_await store.erase("t:lock");
    EXPECT_TRUE(co_await store.add("t:lock", "yours", 60s));
  };
  run(body(store()));
}

TEST_P(KeyValueContract, ReplaceNeedsTheVersionThatWasRead) {
  auto body = [](KeyValue& store) -> task<void> {
    co_await store.put("t:n", "1", 60s);
    const std::optional<Item> first = co_await store.get("t:n");
    EXPECT_TRUE(co_await store.replace("t:n", "2", 60s, first->version));
    EXPECT_FALSE(co_await store.replace("t:n", "3", 60s, first->version)) << "it was written since";
    EXPECT_EQ(co_await valueOf(store, "t:n"), "2");
    const std::optional<Item> second = co_await store.get("t:n");
    co_await store.erase("t:n");
    EXPECT_FALSE(co_await store.replace("t:n", "3", 60s, second->version)) << "it was erased since";
    co_await store.put("t:n", "2", 60s);
    EXPECT_FALSE(co_await store.replace("t:n", "3", 60s, second->version)) << "the same bytes, written anew";
  };
  run(body(store()));
}

task<void> countUp(KeyValue& store, int times) {
  for (int done = 0; done < times;) {
    const std::optional<Item> read = co_await store.get("t:count");
    std::string next = std::to_string(std::stoi(read->value) + 1);
    const bool replaced = co_await store.replace("t:count", std::move(next), 60s, read->version);
    if (replaced) ++done;
    co_await runtime::yield();
  }
}

TEST_P(KeyValueContract, WritersThatCompareLoseNothing) {
  auto begin = [](KeyValue& store) -> task<void> { co_await store.put("t:count", "0", 60s); };
  run(begin(store()));
  std::vector<task<void>> writers;
  for (int i = 0; i < 4; ++i) writers.push_back(countUp(store(), 50));
  run(std::move(writers));
  auto end = [](KeyValue& store) -> task<void> { EXPECT_EQ(co_await valueOf(store, "t:count"), "200"); };
  run(end(store()));
}

TEST_P(KeyValueContract, KeysExpire) {
  auto body = [](KeyValue& store) -> task<void> {
    co_await store.put("t:short", "s", 1s);
    co_await store.put("t:long", "l", 60s);
    co_await store.put("t:longer", "l", 1s);
    co_await store.put("t:longer", "l", 60s);
    EXPECT_EQ(co_await valueOf(store, "t:short"), "s");
    co_await runtime::sleep(2100ms);
    EXPECT_EQ(co_await valueOf(store, "t:short"), "-");
    EXPECT_EQ(co_await valueOf(store, "t:long"), "l");
    EXPECT_EQ(co_await valueOf(store, "t:longer"), "l");
    EXPECT_FALSE(co_await store.erase("t:short"));
    EXPECT_TRUE(co_await store.add("t:short", "again", 60s));
  };
  run(body(store()));
}

TEST_P(KeyValueContract, LargeValuesAreRefused) {
  auto body = [](KeyValue& store) -> task<void> {
    std::string reason;
    try {
      std::string much(KeyValue::kMostBytes + 1, 'x');
      co_await store.put("t:much", std::move(much), 60s);
    } catch (const Error& error) {
      reason = error.reason();
    }
    EXPECT_EQ(reason, "VALUE_TOO_LARGE");
    std::string most(50'000, 'x');
    co_await store.put("t:most", std::move(most), 60s);
    const std::string read = co_await valueOf(store, "t:most");
    EXPECT_EQ(read.size(), 50'000U);
  };
  run(body(store()));
}

}  // namespace
}  // namespace kontor::keyvalue
