#include "chassis/store/store_contract_test.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "chassis/base/error.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/store/forget.hpp"

namespace kontor::store {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

std::int64_t StoreContract::number(std::string_view sql, Params params) {
  std::int64_t result = -1;
  auto body = [](SqlStore& from, std::string_view text, Params values, std::int64_t& into) -> task<void> {
    const Rows rows = co_await from.query(text, std::move(values));
    into = rows.at(0).int64(0);
  };
  run(body(store(), sql, std::move(params), result));
  return result;
}

void StoreContract::change(std::string_view sql, Params params) {
  auto body = [](SqlStore& on, std::string_view text, Params values) -> task<void> {
    co_await on.transact(rpc::Context(),
                         [text, &values](Transaction& tx) -> task<void> { co_await tx.execute(text, values); });
  };
  run(body(store(), sql, std::move(params)));
}

namespace {

constexpr std::string_view kOpenAccount = "INSERT INTO account (id, owner, balance) VALUES ($1, $2, $3)";
constexpr std::string_view kDeposit = "UPDATE account SET balance = balance + $2 WHERE id = $1";
constexpr std::string_view kBalance = "SELECT balance FROM account WHERE id = $1";
constexpr std::string_view kAccounts = "SELECT COUNT(*) FROM account";

// Runs `body` in a transaction and tells which Error it ended with; nothing when it ended well.
task<std::optional<Error>> attempt(SqlStore& store, SqlStore::Body body) {
  try {
    co_await store.transact(rpc::Context(), std::move(body));
  } catch (const Error& error) {
    co_return error;
  }
  co_return std::nullopt;
}

SqlStore::Body changing(std::string_view sql, Params values) {
  return [sql, values](Transaction& tx) -> task<void> { co_await tx.execute(sql, values); };
}

TEST_P(StoreContract, ReturnsWhatTheBodyReturnsOnceItIsThere) {
  auto body = [](SqlStore& store) -> task<void> {
    const std::int64_t balance = co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<std::int64_t> {
      const std::int64_t added = co_await tx.execute(kOpenAccount, params("a", "ann", 7));
      EXPECT_EQ(added, 1);
      const Rows rows = co_await tx.query(kBalance, params("a"));
      co_return rows.at(0).int64(0);
    });
    EXPECT_EQ(balance, 7);
    const Rows seen = co_await store.query(kBalance, params("a"));
    EXPECT_EQ(seen.at(0).int64(0), 7);
  };
  run(body(store()));
}

TEST_P(StoreContract, AThrowRollsBackAndArrives) {
  auto body = [](SqlStore& store) -> task<void> {
    const auto failed = co_await attempt(store, [](Transaction& tx) -> task<void> {
      co_await tx.execute(kOpenAccount, params("a", "ann", 7));
      throw Error(Code::kNotFound, "SOLD_OUT", "no more");
    });
    EXPECT_TRUE(failed && failed->reason() == "SOLD_OUT");
  };
  run(body(store()));
  EXPECT_EQ(number(kAccounts), 0);
}

TEST_P(StoreContract, WhatWasAnsweredOutlivesAReopening) {
  change(kOpenAccount, params("a", "ann", 7));
  bench_->reopen();
  EXPECT_EQ(number(kBalance, params("a")), 7);
}

TEST_P(StoreContract, AFailingBodyUndoesOnlyItself) {
  auto body = [](SqlStore& store, int id, bool fails, int& failures) -> task<void> {
    const auto error = co_await attempt(store, [id, fails](Transaction& tx) -> task<void> {
      co_await tx.execute(kOpenAccount, params(std::to_string(id), std::to_string(id), id));
      if (fails) throw Error(Code::kAborted, "ODD", "odd ones fail");
    });
    if (error) ++failures;
  };
  std::vector<int> failures(40, 0);
  std::vector<task<void>> all;
  for (int id = 0; id < 40; ++id) all.push_back(body(store(), id, id % 2 == 1, failures[static_cast<std::size_t>(id)]));
  run(std::move(all));
  EXPECT_EQ(number(kAccounts), 20);
  EXPECT_EQ(number("SELECT COALESCE(SUM(balance), 0) FROM account"), 380);
  EXPECT_EQ(std::count(failures.begin(), failures.end(), 1), 20);
}

TEST_P(StoreContract, ConcurrentTransactionsLoseNothing) {
  change(kOpenAccount, params("a", "ann", 0));
  auto body = [](SqlStore& store, int times) -> task<void> {
    for (int i = 0; i < times; ++i) {
      co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
        const Rows rows = co_await tx.query(kBalance, params("a"));
        const std::int64_t next = rows.at(0).int64(0) + 1;
        co_await tx.execute("UPDATE account SET balance = $1 WHERE id = $2", params(next, "a"));
      });
    }
  };
  std::vector<task<void>> all;
  for (int i = 0; i < 16; ++i) all.push_back(body(store(), 25));
  run(std::move(all));
  EXPECT_EQ(number(kBalance, params("a")), 400);
}

TEST_P(StoreContract, SnapshotsSeeOneState) {
  change(kOpenAccount, params("a", "ann", 500));
  change(kOpenAccount, params("b", "ben", 500));
  std::atomic<bool> done = false;
  auto move = [](SqlStore& store, std::atomic<bool>& ended) -> task<void> {
    for (int i = 0; i < 200; ++i) {
      co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
        co_await tx.execute(kDeposit, params("a", -1));
        co_await tx.execute(kDeposit, params("b", 1));
      });
    }
    ended = true;
  };
  auto look = [](SqlStore& store, std::atomic<bool>& ended) -> task<void> {
    while (!ended) {
      const std::int64_t sum = co_await store.snapshot([](Statements& state) -> task<std::int64_t> {
        const Rows a = co_await state.query(kBalance, params("a"));
        const Rows b = co_await state.query(kBalance, params("b"));
        co_return a.at(0).int64(0) + b.at(0).int64(0);
      });
      EXPECT_EQ(sum, 1000);
      co_await runtime::yield();
    }
  };
  std::vector<task<void>> all;
  all.push_back(move(store(), done));
  all.push_back(look(store(), done));
  run(std::move(all));
  EXPECT_EQ(number(kBalance, params("b")), 700);
}

TEST_P(StoreContract, ParametersBindByTheirNumber) {
  auto body = [](SqlStore& store) -> task<void> {
    co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
      const Rows rows =
          co_await tx.query("SELECT CAST($2 AS BIGINT), CAST($1 AS BIGINT), CAST($2 AS BIGINT)", params(1, 2));
      EXPECT_EQ(rows.at(0).int64(0), 2);
      EXPECT_EQ(rows.at(0).int64(1), 1);
      EXPECT_EQ(rows.at(0).int64(2), 2);
    });
  };
  run(body(store()));
}

struct Thing {
  std::int64_t id;
  std::optional<std::int64_t> number;
  std::optional<bool> truth;
  std::optional<std::string> words;
  std::string bytes;
};

task<void> expectRoundTrip(SqlStore& store, Thing thing) {
  co_await store.transact(rpc::Context(), [&thing](Transaction& tx) -> task<void> {
    co_await tx.execute("DELETE FROM thing WHERE id = $1", params(thing.id));
    Params row = params(thing.id, thing.number, thing.truth, thing.words, Bytes{thing.bytes});
    co_await tx.execute("INSERT INTO thing (id, number, truth, words, bytes) VALUES ($1, $2, $3, $4, $5)",
                        std::move(row));
  });
  const Rows rows =
      co_await store.query("SELECT id, number, truth, words, bytes FROM thing WHERE id = $1", params(thing.id));
  const Row& row = rows.at(0);
  RC_ASSERT(row.int64(0) == thing.id);
  RC_ASSERT(row.optionalInt64(1) == thing.number);
  RC_ASSERT(row.isNull(2) == !thing.truth.has_value());
  if (thing.truth) RC_ASSERT(row.boolean(2) == *thing.truth);
  RC_ASSERT(row.optionalText(3) == thing.words);
  RC_ASSERT(row.bytes(4) == thing.bytes);
}

TEST_P(StoreContract, ValuesComeBackAsTheyWere) {
  const bool held = rc::check([this](std::int64_t id, std::int64_t value, bool truth, std::string bytes) {
    Thing thing{id, std::nullopt, std::nullopt, std::nullopt, std::move(bytes)};
    if (*rc::gen::arbitrary<bool>()) thing.number = value;
    if (*rc::gen::arbitrary<bool>()) thing.truth = truth;
    if (*rc::gen::arbitrary<bool>()) thing.words = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    run(expectRoundTrip(store(), std::move(thing)));
  });
  EXPECT_TRUE(held);
}

TEST_P(StoreContract, BrokenRulesHaveTheirReasons) {
  change(kOpenAccount, params("a", "ann", 7));
  auto body = [](SqlStore& store) -> task<void> {
    const auto same_id = co_await attempt(store, changing(kOpenAccount, params("a", "ben", 1)));
    EXPECT_TRUE(same_id && same_id->code() == Code::kAlreadyExists && same_id->reason() == "UNIQUE_VIOLATION");
    EXPECT_EQ(std::get<std::string>(same_id->details().at(0).second), "account_pkey");
    const auto same_owner = co_await attempt(store, changing(kOpenAccount, params("b", "ann", 1)));
    EXPECT_TRUE(same_owner && same_owner->reason() == "UNIQUE_VIOLATION");
    EXPECT_EQ(std::get<std::string>(same_owner->details().at(0).second), "account_owner_key");
    const auto overdrawn = co_await attempt(store, changing(kDeposit, params("a", -8)));
    EXPECT_TRUE(overdrawn && overdrawn->code() == Code::kFailedPrecondition);
    EXPECT_EQ(overdrawn->reason(), "CHECK_VIOLATION");
    EXPECT_EQ(std::get<std::string>(overdrawn->details().at(0).second), "account_not_overdrawn");
  };
  run(body(store()));
  EXPECT_EQ(number(kBalance, params("a")), 7);
}

TEST_P(StoreContract, SortsAndComparesByBytes) {
  for (const char* id : {"b", "B", "a", "Ä"}) change(kOpenAccount, params(id, id, 0));
  auto body = [](SqlStore& store) -> task<void> {
    std::string order;
    const Rows rows = co_await store.query("SELECT id FROM account ORDER BY id", params());
    for (const Row& row : rows) order += row.text(0);
    EXPECT_EQ(order, "BabÄ");
    const Rows like = co_await store.query("SELECT id FROM account WHERE id LIKE $1", params("b%"));
    EXPECT_EQ(like.size(), 1U);
  };
  run(body(store()));
}

TEST_P(StoreContract, OnceIsTrueOnceForEachConsumer) {
  auto body = [](SqlStore& store) -> task<void> {
    auto first = [](std::string_view consumer) {
      return [consumer](Transaction& tx) -> task<bool> { co_return co_await tx.once(consumer, "evt_1"); };
    };
    const auto undone = co_await attempt(store, [](Transaction& tx) -> task<void> {
      EXPECT_TRUE(co_await tx.once("order", "evt_1"));
      throw Error(Code::kAborted, "the effect failed");
    });
    EXPECT_TRUE(undone.has_value());
    EXPECT_TRUE(co_await store.transact(rpc::Context(), first("order")));
    EXPECT_FALSE(co_await store.transact(rpc::Context(), first("order")));
    EXPECT_TRUE(co_await store.transact(rpc::Context(), first("notification")));
  };
  run(body(store()));
}

task<std::optional<SavedAnswer>> answerOf(SqlStore& store, rpc::Idempotency key) {
  auto body = [key](Transaction& tx) -> task<std::optional<SavedAnswer>> { co_return co_await tx.answerOnce(key); };
  co_return co_await store.transact(rpc::Context(), body);
}

task<void> answer(SqlStore& store, rpc::Idempotency key, std::string text) {
  auto body = [key, text](Transaction& tx) -> task<void> {
    SavedAnswer saved{201, text, false};
    co_await tx.saveAnswer(key, std::move(saved));
  };
  co_await store.transact(rpc::Context(), body);
}

TEST_P(StoreContract, AKeyHasOneAnswer) {
  auto body = [](SqlStore& store) -> task<void> {
    const rpc::Idempotency key{"anonymous POST /pay", "k1", "print"};
    EXPECT_FALSE((co_await answerOf(store, key)).has_value());
    co_await answer(store, key, "paid");
    const auto saved = co_await answerOf(store, key);
    EXPECT_TRUE(saved && saved->status == 201 && saved->body == "paid" && !saved->truncated);
    const rpc::Idempotency elsewhere{"anonymous POST /complete", "k1", "other"};
    EXPECT_FALSE((co_await answerOf(store, elsewhere)).has_value());
    const rpc::Idempotency reused{key.scope, key.key, "other"};
    const auto refused =
        co_await attempt(store, [&reused](Transaction& tx) -> task<void> { co_await tx.answerOnce(reused); });
    EXPECT_TRUE(refused && refused->status() == 422 && refused->reason() == "IDEMPOTENCY_KEY_REUSED");
    const auto twice = co_await attempt(store, [&key](Transaction& tx) -> task<void> {
      SavedAnswer second{201, "paid again", false};
      co_await tx.saveAnswer(key, std::move(second));
    });
    EXPECT_TRUE(twice && twice->code() == Code::kAborted) << "the first answer stands";
  };
  run(body(store()));
}

TEST_P(StoreContract, ALargeAnswerLeavesOnlyItsMark) {
  auto body = [](SqlStore& store) -> task<void> {
    const rpc::Idempotency key{"scope", "k1", "print"};
    co_await answer(store, key, std::string(16 * 1024 + 1, 'x'));
    const auto saved = co_await answerOf(store, key);
    EXPECT_TRUE(saved && saved->truncated && saved->body.empty());
    const rpc::Idempotency fits{"scope", "k2", "print"};
    co_await answer(store, fits, std::string(16 * 1024, 'x'));
    const auto whole = co_await answerOf(store, fits);
    EXPECT_TRUE(whole && !whole->truncated && whole->body.size() == 16 * 1024);
  };
  run(body(store()));
}

// A day after it was kept: the key is as new, and the sweep takes what is left of it.
TEST_P(StoreContract, ForgetsAnswersWhenTheirDayIsOver) {
  auto body = [](SqlStore& store) -> task<void> {
    for (const char* name : {"k1", "k2", "k3"}) {
      const rpc::Idempotency key{"scope", name, "print"};
      co_await answer(store, key, name);
    }
    EXPECT_EQ(co_await forgetOld(store, 100), 0) << "a day has not passed";
    co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
      // Kept 24 hours and a second ago, but for the last one.
      co_await tx.execute("UPDATE idempotency SET expires_at = expires_at - 86401000000 WHERE idempotency_key <> 'k3'",
                          params());
      co_await tx.once("order", "evt_1");
      co_await tx.once("order", "evt_2");
      co_await tx.execute("UPDATE inbox SET seen_at = 0 WHERE event_id = 'evt_1'", params());
    });
    const rpc::Idempotency other{"scope", "k1", "another print"};
    EXPECT_FALSE((co_await answerOf(store, other)).has_value());
    EXPECT_EQ(co_await forgetOld(store, 1), 2) << "one answer and one event at a time";
    EXPECT_EQ(co_await forgetOld(store, 100), 1);
    EXPECT_EQ(co_await forgetOld(store, 100), 0);
    const rpc::Idempotency young{"scope", "k3", "print"};
    EXPECT_TRUE((co_await answerOf(store, young)).has_value());
  };
  run(body(store()));
  EXPECT_EQ(number("SELECT COUNT(*) FROM idempotency"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbox"), 1);
}

Event event(std::string subject, std::string data) {
  Event made;
  made.topic = "order";
  made.type = "order.placed";
  made.subject = std::move(subject);
  made.schema = "kontor.order.v1.OrderPlaced";
  made.data = std::move(data);
  return made;
}

TEST_P(StoreContract, EmittedEventsLieInTheOutboxInOrder) {
  std::atomic<int> woken = 0;
  store().onEmit([&woken] { ++woken; });
  auto body = [](SqlStore& store) -> task<void> {
    rpc::Context::Data data;
    data.trace.trace_id.fill(0xAB);
    data.trace.span_id.fill(0xCD);
    data.trace.sampled = true;
    const rpc::Context traced{std::move(data)};
    const auto undone = co_await attempt(store, [](Transaction& tx) -> task<void> {
      co_await tx.emit(event("o1", "never"));
      throw Error(Code::kAborted, "the effect failed");
    });
    EXPECT_TRUE(undone.has_value());
    co_await store.transact(traced, [](Transaction& tx) -> task<void> {
      co_await tx.emit(event("o1", "{\"n\":1}"));
      co_await tx.emit(event("o2", "{\"n\":2}"));
      co_await tx.emit(event("o1", "{\"n\":3}"));
    });
    const Rows rows = co_await store.query(
        "SELECT id, source, topic, type, subject, schema, data, sequence, traceparent FROM outbox ORDER BY position",
        params());
    EXPECT_EQ(rows.size(), 3U);
    EXPECT_TRUE(rows.at(0).text(0).starts_with("evt_"));
    EXPECT_NE(rows.at(0).text(0), rows.at(2).text(0));
    EXPECT_EQ(rows.at(0).text(1), "bench");
    EXPECT_EQ(rows.at(0).text(5), "kontor.order.v1.OrderPlaced");
    EXPECT_EQ(rows.at(2).text(6), "{\"n\":3}");
    EXPECT_EQ(rows.at(0).int64(7), 1);
    EXPECT_EQ(rows.at(1).int64(7), 1);
    EXPECT_EQ(rows.at(2).int64(7), 2);
    EXPECT_EQ(rows.at(0).text(8), "00-abababababababababababababababab-cdcdcdcdcdcdcdcd-01");
  };
  run(body(store()));
  EXPECT_TRUE(bench_->world().waitUntil([&woken] { return woken == 1; })) << "woken " << woken << " times";
}

// What is told must be known to whoever is answered, and nothing that was undone may be told.
TEST_P(StoreContract, TellsOfACommitBeforeItIsAnswered) {
  std::mutex mutex;
  std::vector<std::string> told;
  store().onCommit([&](const std::vector<EventName>& events) {
    const std::lock_guard lock(mutex);
    for (const EventName& each : events) told.push_back(each.topic + " " + each.type + " " + each.subject);
  });
  std::atomic<int> late = 0;
  auto one = [&](SqlStore& store, std::string subject, bool fails) -> task<void> {
    auto body = [subject, fails](Transaction& tx) -> task<void> {
      co_await tx.execute(kOpenAccount, params(subject, subject, 1));
      co_await tx.emit(event(subject, "{}"));
      if (fails) throw Error(Code::kAborted, "the effect failed");
    };
    const auto failure = co_await attempt(store, body);
    EXPECT_EQ(failure.has_value(), fails);
    const std::lock_guard lock(mutex);
    const std::string line = "order order.placed " + subject;
    if (std::count(told.begin(), told.end(), line) != (fails ? 0 : 1)) ++late;
  };
  std::vector<task<void>> work;
  for (int i = 0; i < 24; ++i) work.push_back(one(store(), "o" + std::to_string(i), i % 3 == 0));
  run(std::move(work));
  EXPECT_EQ(late, 0);
  EXPECT_EQ(told.size(), 16U);
}

TEST_P(StoreContract, TimeStandsStillInATransaction) {
  auto body = [](SqlStore& store) -> task<void> {
    co_await store.transact(rpc::Context(), [](Transaction& tx) -> task<void> {
      const Time before = tx.now();
      const Rows claimed = co_await tx.claim("SELECT id FROM account ORDER BY id LIMIT 1", params());
      EXPECT_TRUE(claimed.empty());
      EXPECT_EQ(tx.now(), before);
    });
  };
  run(body(store()));
}

}  // namespace
}  // namespace kontor::store
