#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "chassis/base/error.hpp"
#include "chassis/base/ids.hpp"
#include "chassis/base/time.hpp"

namespace kontor {
namespace {

TEST(Time, FormatsWithAsManyDecimalsAsNeeded) {
  EXPECT_EQ(formatRfc3339(fromMicros(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(formatRfc3339(fromMicros(1'500'000)), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(formatRfc3339(fromMicros(1'000'001)), "1970-01-01T00:00:01.000001Z");
}

TEST(Time, ReadsOffsetsAndRefusesWhatIsNotATime) {
  EXPECT_EQ(parseRfc3339("2026-11-23T03:40:00+01:00"), parseRfc3339("2026-11-23T02:40:00Z"));
  for (const char* bad :
       {"", "2026-11-23", "2026-11-23T02:40:00", "2026-02-30T02:40:00Z", "2026-11-23T24:40:00Z",
        "2026-11-23T02:40:00.Z", "2026-11-23T02:40:00+0100", "2026-11-23 02:40:00Z", "2026-11-23T02:40:00Zx"})
    EXPECT_FALSE(parseRfc3339(bad)) << bad;
}

RC_GTEST_PROP(Time, ReadsBackWhatItWrote, ()) {
  const auto micros = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000);
  RC_ASSERT(parseRfc3339(formatRfc3339(fromMicros(micros))) == fromMicros(micros));
}

RC_GTEST_PROP(Ids, SortByTime, ()) {
  const auto earlier = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000);
  const auto later = earlier + *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  const auto bytes = *rc::gen::container<IdEntropy>(rc::gen::arbitrary<std::uint8_t>());
  RC_ASSERT(makeId("order_", fromMicros(earlier * 1000), bytes) < makeId("order_", fromMicros(later * 1000), bytes));
}

TEST(Ids, AreUlidsBehindTheirPrefix) {
  // The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
  EXPECT_EQ(makeId("res_", fromMicros(1'469'918'176'385'000), IdEntropy{}), "res_01ARYZ6S410000000000000000");
  SecretEntropy ones{};
  ones.fill(0xFF);
  EXPECT_EQ(makeSecret("cart_", ones), "cart_" + std::string(32, 'Z'));
}

TEST(Error, CarriesWhatAClientNeeds) {
  const Error error = Error(Code::kFailedPrecondition, "OUT_OF_STOCK", "only 3 left").withDetail("available", 3);
  EXPECT_EQ(error.status(), 409);
  EXPECT_EQ(std::get<std::int64_t>(error.details().at(0).second), 3);
  EXPECT_EQ(invalidField("lines[0].quantity", "OUT_OF_RANGE", "must be at least 1").fields().at(0).path,
            "lines[0].quantity");
  EXPECT_EQ(notFound("order", "1001").code(), Code::kNotFound);
  EXPECT_FALSE(error.mayHaveRun());
}

TEST(Error, KeepsAllWhenItIsAddedToInPlace) {
  Error error(Code::kNotFound, "GONE", "it is gone");
  error = std::move(error).withDetail("id", "chk_1").withStatus(410);
  EXPECT_EQ(error.reason(), "GONE");
  EXPECT_EQ(error.message(), "it is gone");
  EXPECT_EQ(error.status(), 410);
}

}  // namespace
}  // namespace kontor
