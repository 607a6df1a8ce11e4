#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <thread>

#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "chassis/telemetry/trace.hpp"
#include "chassis/telemetry/utf8.hpp"

namespace kontor::telemetry {
namespace {

constexpr const char* kHeader = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Trace, ReadsAndWritesTraceparent) {
  const auto trace = parseTraceparent(kHeader);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->traceId(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace->spanId(), "b7ad6b7169203331");
  EXPECT_TRUE(trace->sampled);
  EXPECT_EQ(trace->traceparent(), kHeader);
  EXPECT_FALSE(parseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")->sampled);
  EXPECT_TRUE(parseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff")->sampled);
  // A later version is read as far as it is known.
  EXPECT_TRUE(parseTraceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-else"));
}

TEST(Trace, RefusesWhatTheSpecificationForbids) {
  for (const char* bad : {
           "",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
           "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319-b7ad6b71692033311-01",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
       }) {
    EXPECT_FALSE(parseTraceparent(bad)) << bad;
  }
}

TEST(Trace, ChildrenStayInTheirTrace) {
  runtime::SeededRandom random(7);
  const TraceContext parent = newTrace(random, true);
  EXPECT_TRUE(parent.valid());
  const TraceContext child = childSpan(parent, random);
  EXPECT_EQ(child.traceId(), parent.traceId());
  EXPECT_NE(child.spanId(), parent.spanId());
  EXPECT_EQ(child.parent_id, parent.span_id);
  EXPECT_TRUE(child.sampled);
  EXPECT_FALSE(TraceContext{}.valid());
}

RC_GTEST_PROP(Trace, EveryTraceComesBack, (std::uint64_t seed, bool sampled)) {
  runtime::SeededRandom random(seed);
  const TraceContext trace = newTrace(random, sampled);
  const auto read = parseTraceparent(trace.traceparent());
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->traceparent() == trace.traceparent());
}

std::string lineOf(const std::string& text, const std::string& begin) {
  const std::size_t at = text.find("\n" + begin);
  if (at == std::string::npos) return "no line begins with " + begin + " in:\n" + text;
  return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

TEST(Metrics, ExposesWhatWasCounted) {
  Metrics metrics;
  const Counter orders = metrics.counter("orders_total", "Orders.", {{"state", "placed"}});
  orders.add();
  metrics.counter("orders_total", "Orders.", {{"state", "placed"}}).add(2);
  metrics.counter("orders_total", "Orders.", {{"state", "ca\"n\ncelled"}}).add();
  metrics.gauge("queue", "Waiting.").set(4);
  metrics.gauge("queue", "Waiting.").add(-1.5);
  const std::string text = "\n" + metrics.expose();
  EXPECT_EQ(lineOf(text, "# HELP orders_total"), "# HELP orders_total Orders.");
  EXPECT_EQ(lineOf(text, "# TYPE orders_total"), "# TYPE orders_total counter");
  EXPECT_EQ(lineOf(text, "orders_total{state=\"p"), "orders_total{state=\"placed\"} 3");
  EXPECT_EQ(lineOf(text, "orders_total{state=\"c"), "orders_total{state=\"ca\\\"n\\ncelled\"} 1");
  EXPECT_EQ(lineOf(text, "queue "), "queue 2.5");
}

TEST(Metrics, HistogramsHaveOpenTelemetrysBuckets) {
  Metrics metrics;
  const Histogram calls = metrics.histogram("call_seconds", "Calls.");
  for (const double seconds : {0.005, 0.0051, 0.3, 11.0}) calls.observe(seconds);
  const std::string text = "\n" + metrics.expose();
  EXPECT_EQ(lineOf(text, "call_seconds_bucket{le=\"0.005\""), "call_seconds_bucket{le=\"0.005\"} 1");
  EXPECT_EQ(lineOf(text, "call_seconds_bucket{le=\"0.01\""), "call_seconds_bucket{le=\"0.01\"} 2");
  EXPECT_EQ(lineOf(text, "call_seconds_bucket{le=\"7.5\""), "call_seconds_bucket{le=\"7.5\"} 3");
  EXPECT_EQ(lineOf(text, "call_seconds_bucket{le=\"+Inf\""), "call_seconds_bucket{le=\"+Inf\"} 4");
  EXPECT_EQ(lineOf(text, "call_seconds_count"), "call_seconds_count 4");
  EXPECT_EQ(durationBuckets().size(), 14u);
}

TEST(Metrics, WatchesAreAskedUntilTheyEnd) {
  Metrics metrics;
  double depth = 3;
  Metrics::Watch first = metrics.watch("depth", "Depth.", {{"queue", "a"}}, [&depth] { return depth; });
  {
    const Metrics::Watch second = metrics.watch("depth", "Depth.", {{"queue", "b"}}, [] { return 9.0; });
    depth = 5;
    const std::string text = "\n" + metrics.expose();
    EXPECT_EQ(lineOf(text, "depth{queue=\"a\"}"), "depth{queue=\"a\"} 5");
    EXPECT_EQ(lineOf(text, "depth{queue=\"b\"}"), "depth{queue=\"b\"} 9");
  }
  EXPECT_EQ(metrics.expose().find("queue=\"b\""), std::string::npos);
  first = {};
  EXPECT_EQ(metrics.expose().find("depth"), std::string::npos);
}

TEST(Metrics, ThreadsLoseNothing) {
  Metrics metrics;
  const Counter counter = metrics.counter("hits_total", "Hits.");
  const Histogram histogram = metrics.histogram("hit_seconds", "Hits.");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int hit = 0; hit < 1000; ++hit) {
        counter.add();
        histogram.observe(0.2);
      }
    });
  }
  threads.clear();
  const std::string text = "\n" + metrics.expose();
  EXPECT_EQ(lineOf(text, "hits_total"), "hits_total 4000");
  EXPECT_EQ(lineOf(text, "hit_seconds_count"), "hit_seconds_count 4000");
}

TEST(MetricsDeathTest, OneNameHasOneType) {
  Metrics metrics;
  metrics.counter("thing", "A thing.");
  EXPECT_DEATH(metrics.gauge("thing", "A thing."), "thing");
  EXPECT_DEATH(metrics.counter("no name", "A thing."), "no name");
}

class Kept final : public LogSink {
 public:
  void write(std::string_view line) noexcept override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class FixedClock final : public runtime::Clock {
 public:
  Time now() const override { return *parseRfc3339("2026-11-23T02:40:00.123Z"); }
};

class LogTest : public ::testing::Test {
 protected:
  Log make(Level level, Format format = Format::kEcsJson) {
    Log::Options options{"order", "1.2.3", level, format};
    return Log(std::move(options), sink_, clock_);
  }
  std::shared_ptr<Kept> sink_ = std::make_shared<Kept>();
  FixedClock clock_;
};

TEST_F(LogTest, WritesEcsJson) {
  const std::string id = "order_1";
  make(Level::kInfo)
      .info("order \"placed\"\n", {{"order.id", id}, {"event.duration", 12}, {"ratio", 0.5}, {"event.ok", true}},
            *parseTraceparent(kHeader));
  ASSERT_EQ(sink_->lines.size(), 1u);
  EXPECT_EQ(sink_->lines[0],
            R"({"@timestamp":"2026-11-23T02:40:00.123Z","log.level":"info","message":"order \"placed\"\n",)"
            R"("ecs.version":"8.11.0","service.name":"order","service.version":"1.2.3",)"
            R"("trace.id":"0af7651916cd43dd8448eb211c80319c","span.id":"b7ad6b7169203331",)"
            R"("order.id":"order_1","event.duration":12,"ratio":0.5,"event.ok":true})"
            "\n");
}

TEST_F(LogTest, LevelsHoldBack) {
  const Log log = make(levelOf("warn"));
  log.debug("d");
  log.info("i");
  log.warn("w");
  log.withService("cart").error("e", Error(Code::kUnavailable, "STORE_GONE", "the store is gone"));
  ASSERT_EQ(sink_->lines.size(), 2u);
  EXPECT_NE(sink_->lines[1].find(R"("service.name":"cart")"), std::string::npos);
  EXPECT_NE(sink_->lines[1].find(R"("error.code":"STORE_GONE","error.message":"the store is gone")"),
            std::string::npos);
  EXPECT_FALSE(log.enabled(Level::kInfo));
  EXPECT_EQ(levelOf("loud"), Level::kInfo);
}

TEST_F(LogTest, AnyTextGivesOneValidBoundedLine) {
  const std::string hostile = "a\xff\xc0\xaf\xed\xa0\x80" + std::string(100'000, 'x') + "\n{}";
  make(Level::kInfo).info(hostile, {{"user.agent", hostile}});
  const std::string& line = sink_->lines.at(0);
  EXPECT_LT(line.size(), 16u * 1024);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NO_THROW(json::Document::parse(line));
}

TEST_F(LogTest, PlainTextIsForPeople) {
  make(Level::kInfo, Format::kPlain).warn("the relay\nwaits", {{"outbox.rows", 3}, {"event.outcome", "failure"}});
  EXPECT_EQ(sink_->lines.at(0), "02:40:00.123 warn order: the relay waits  outbox.rows=3  event.outcome=\"failure\"\n");
}

RC_GTEST_PROP(CleanText, IsValidAndKeepsWhatWasValid, (const std::string& bytes)) {
  const std::string clean = cleanText(bytes, 1000);
  RC_ASSERT(cleanText(clean, 10'000) == clean);
}

TEST(CleanText, KnowsUtf8) {
  EXPECT_EQ(cleanText("\u00e4\u20ac\U0001F600", 100), "\u00e4\u20ac\U0001F600");
  EXPECT_EQ(cleanText("\xe2\x82", 100), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(cleanText("\xf4\x90\x80\x80", 100).size(), 12u);
  EXPECT_EQ(cleanText("abcdef", 3), "abc\xE2\x80\xA6");
}

}  // namespace
}  // namespace kontor::telemetry
