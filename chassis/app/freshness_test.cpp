#include "chassis/app/freshness.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace kontor::app {
namespace {

using Place = Freshness::Place;

store::EventName upserted(const std::string& subject) { return {"catalog", "product.upserted", subject}; }

TEST(Freshness, AChangeIsSeenAtItsPlacesOnly) {
  Freshness freshness;
  const std::array tee{Freshness::placeOf("catalog", "tee")};
  const std::array mug{Freshness::placeOf("catalog", "mug")};
  const std::array all{Freshness::placeOf("product.upserted")};
  const auto before = freshness.now();
  EXPECT_TRUE(freshness.unchanged(tee, before));
  const std::array changes{upserted("tee")};
  freshness.note(changes);
  EXPECT_FALSE(freshness.unchanged(tee, before));
  EXPECT_FALSE(freshness.unchanged(all, before));
  EXPECT_TRUE(freshness.unchanged(mug, before));
  EXPECT_TRUE(freshness.unchanged(tee, freshness.now()));
}

TEST(Freshness, TheSameSubjectOfAnotherTopicIsAnotherPlace) {
  EXPECT_NE(Freshness::placeOf("catalog", "a"), Freshness::placeOf("inventory", "a"));
  EXPECT_NE(Freshness::placeOf("catalog", "a"), Freshness::placeOf("a"));
}

// The law: what was read before a change is never called fresh after it, whatever else was noted.
RC_GTEST_PROP(Freshness, NothingThatChangedIsCalledFresh, ()) {
  struct Kept {
    std::string subject;
    Freshness::Moment read;
    bool changed;
  };
  Freshness freshness;
  std::vector<Kept> kept;
  const int steps = *rc::gen::inRange(0, 60);
  for (int step = 0; step < steps; ++step) {
    const std::string subject(1, *rc::gen::inRange('a', 'f'));
    if (*rc::gen::arbitrary<bool>()) {
      kept.push_back({subject, freshness.now(), false});
      continue;
    }
    const std::array changes{upserted(subject)};
    freshness.note(changes);
    for (Kept& each : kept) each.changed = each.changed || each.subject == subject;
  }
  for (const Kept& each : kept) {
    const std::array places{Freshness::placeOf("catalog", each.subject)};
    RC_ASSERT(freshness.unchanged(places, each.read) != each.changed);
  }
}

// One thread changes a number and notes it; others keep what they read and must find out once the change is announced.
TEST(Freshness, ReadersBesideAWriterNeverKeepAnOldValue) {
  constexpr int kChanges = 20'000;
  Freshness freshness;
  std::atomic<int> data = 0;
  std::atomic<int> acknowledged = 0;
  std::atomic<int> stale = 0;
  const std::array places{Freshness::placeOf("catalog", "tee")};
  std::thread writer([&] {
    const std::array changes{upserted("tee")};
    for (int i = 1; i <= kChanges; ++i) {
      data.store(i);
      freshness.note(changes);
      acknowledged.store(i);
    }
  });
  const auto reads = [&] {
    int kept = -1;
    Freshness::Moment read = 0;
    for (int known = 0; known < kChanges;) {
      known = acknowledged.load();
      if (kept < 0 || !freshness.unchanged(places, read)) {
        read = freshness.now();
        kept = data.load();
      }
      if (kept < known) ++stale;
    }
  };
  std::thread reader(reads);
  reads();
  reader.join();
  writer.join();
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace kontor::app
