#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

#include "chassis/rpc/context.hpp"
#include "chassis/rpc/face.hpp"
#include "chassis/rpc/observer.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "chassis/telemetry/span.hpp"

namespace kontor::rpc {
namespace {

using std::chrono::milliseconds;

TEST(Principal, AllowsWhatItsPermissionsName) {
  Principal principal;
  EXPECT_FALSE(principal.allows("order:read"));
  principal.permissions = {"order:read", "payment:refund"};
  EXPECT_TRUE(principal.allows("order:read"));
  EXPECT_FALSE(principal.allows("order:write"));
  EXPECT_FALSE(principal.allows("order"));
  principal.permissions = {"*"};
  EXPECT_TRUE(principal.allows("order:write"));
}

TEST(Principal, HasANameForHistory) {
  Principal principal;
  EXPECT_EQ(principal.name(), "anonymous");
  principal.kind = Principal::Kind::kStaff;
  principal.id = "usr_1";
  EXPECT_EQ(principal.name(), "staff:usr_1");
  EXPECT_EQ(Context::forService("order").principal().name(), "service:order");
}

Context fullContext() {
  Context::Data data;
  data.principal.kind = Principal::Kind::kCustomer;
  data.principal.id = "cus_1";
  data.request_id = "req_1";
  data.idempotency = Idempotency{"scope", "key", "print"};
  data.expected_version = 3;
  data.locale = "de";
  return Context(std::move(data));
}

TEST(Context, KeepsTheEarlierDeadline) {
  const SteadyTime early(milliseconds(10));
  const SteadyTime late(milliseconds(20));
  EXPECT_EQ(fullContext().withDeadline(late).withDeadline(early).deadline(), early);
  EXPECT_EQ(fullContext().withDeadline(early).withDeadline(late).deadline(), early);
  EXPECT_FALSE(fullContext().withDeadline(early).withoutDeadline().deadline());
  EXPECT_EQ(fullContext().withDeadline(early).principal().id, "cus_1");
}

TEST(Context, AServiceCallsInItsOwnName) {
  const SteadyTime deadline(milliseconds(10));
  const Context inner = fullContext().withDeadline(deadline).asService("order");
  EXPECT_EQ(inner.principal().name(), "service:order");
  EXPECT_TRUE(inner.principal().session.empty());
  EXPECT_FALSE(inner.idempotency());
  EXPECT_FALSE(inner.expectedVersion());
  EXPECT_EQ(inner.deadline(), deadline);
  EXPECT_EQ(inner.requestId(), "req_1");
  EXPECT_EQ(inner.locale(), "de");
}

TEST(Context, RefusesAStaleVersion) {
  EXPECT_NO_THROW(requireVersion(fullContext(), 3));
  EXPECT_NO_THROW(requireVersion(Context(), 8));
  try {
    requireVersion(fullContext(), 4);
    FAIL() << "accepted version 3 of 4";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason(), "VERSION_MISMATCH");
    EXPECT_EQ(error.status(), 412);
  }
}

// A contract as the generator writes it, by hand: one method that waits before it answers.
class Clocks : public Service {
 public:
  static const std::array<Method, 2>& table();
  std::span<const Method> methods() const final { return table(); }
  virtual task<int> Wait(Context context, int wait_ms) = 0;
};

const std::array<Method, 2>& Clocks::table() {
  static const auto kTable = [] {
    std::array<Method, 2> methods{};
    methods[0].service = methods[1].service = "test.Clocks";
    methods[0].name = "Wait";
    methods[0].full_name = "test.Clocks/Wait";
    methods[1].name = "Other";
    return methods;
  }();
  return kTable;
}

class SlowClocks final : public Clocks {
 public:
  task<int> Wait(Context context, int wait_ms) override {
    seen = context;
    if (wait_ms < 0) throw Error(Code::kInvalidArgument, "no time runs backwards");
    co_await runtime::sleep(milliseconds(wait_ms));
    ++ended;
    co_return wait_ms;
  }
  Context seen;
  int ended = 0;
};

class KeptSpans final : public telemetry::SpanSink {
 public:
  void record(const telemetry::Span& span) noexcept override { spans.push_back(span); }
  std::vector<telemetry::Span> spans;
};

class FaceTest : public ::testing::Test {
 protected:
  FaceTest() {
    node_ = simulation_.addNode();
    observer_ = std::make_shared<Observer>(metrics_, spans_, simulation_.environment(node_).random());
    binding_ = std::make_shared<Binding>(observer_);
    binding_->bind(service_);
  }

  // Calls Wait through a face and returns "ok" or the error's reason.
  std::string call(Context context, int wait_ms) {
    outcome_.clear();
    simulation_.environment(node_).background().spawn(run(context, wait_ms));
    EXPECT_TRUE(simulation_.runUntil([this] { return !outcome_.empty(); }, std::chrono::minutes(1)));
    return outcome_;
  }

  task<void> run(Context context, int wait_ms) {
    try {
      const auto start = [wait_ms](Clocks& clocks, Context inner) { return clocks.Wait(std::move(inner), wait_ms); };
      task<int> work = callLocal<int, Clocks>(Clocks::table()[0], binding_, std::move(context), start);
      EXPECT_EQ(co_await work, wait_ms);
      outcome_ = "ok";
    } catch (const Error& error) {
      outcome_ = error.reason();
    }
  }

  Context within(int deadline_ms) {
    return Context().withDeadline(simulation_.environment(node_).background().now() + milliseconds(deadline_ms));
  }
  bool exposes(const std::string& line) { return metrics_.expose().find(line + "\n") != std::string::npos; }

  runtime::Simulation simulation_{1};
  std::size_t node_ = 0;
  telemetry::Metrics metrics_;
  KeptSpans spans_;
  std::shared_ptr<Observer> observer_;
  std::shared_ptr<Binding> binding_;
  std::shared_ptr<SlowClocks> service_ = std::make_shared<SlowClocks>();
  std::string outcome_;
};

TEST_F(FaceTest, CountsAndTimesCalls) {
  EXPECT_EQ(call(Context(), 300), "ok");
  EXPECT_EQ(call(within(1000), 300), "ok");
  EXPECT_EQ(call(Context(), -1), "INVALID_ARGUMENT");
  EXPECT_TRUE(exposes("rpc_server_call_duration_seconds_count{code=\"OK\",method=\"Wait\",service=\"test.Clocks\"} 2"))
      << metrics_.expose();
  EXPECT_TRUE(
      exposes("rpc_server_call_duration_seconds_bucket{code=\"OK\",method=\"Wait\",service=\"test.Clocks\","
              "le=\"0.25\"} 0"));
  EXPECT_TRUE(
      exposes("rpc_server_call_duration_seconds_bucket{code=\"OK\",method=\"Wait\",service=\"test.Clocks\","
              "le=\"0.5\"} 2"));
  EXPECT_TRUE(
      exposes("rpc_server_call_duration_seconds_count{code=\"INVALID_ARGUMENT\",method=\"Wait\","
              "service=\"test.Clocks\"} 1"));
}

TEST_F(FaceTest, ADeadlineEndsTheWaitNotTheCallee) {
  EXPECT_EQ(call(within(100), 300), "DEADLINE_EXCEEDED");
  EXPECT_EQ(service_->ended, 0);
  simulation_.runFor(milliseconds(300));
  EXPECT_EQ(service_->ended, 1);
  EXPECT_TRUE(
      exposes("rpc_server_call_duration_seconds_count{code=\"DEADLINE_EXCEEDED\",method=\"Wait\","
              "service=\"test.Clocks\"} 1"));
}

TEST_F(FaceTest, ALateCallIsNotBegun) {
  const Context context = within(100);
  simulation_.runFor(milliseconds(100));
  service_->seen = fullContext();
  EXPECT_EQ(call(context, 1), "DEADLINE_EXCEEDED");
  EXPECT_EQ(service_->seen.requestId(), "req_1") << "the callee was reached";
}

TEST_F(FaceTest, SampledCallsAreChildSpans) {
  const auto trace = *telemetry::parseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(call(Context().withTrace(trace), 5), "ok");
  ASSERT_EQ(spans_.spans.size(), 1u);
  const telemetry::Span& span = spans_.spans[0];
  EXPECT_EQ(span.context.traceId(), trace.traceId());
  EXPECT_EQ(span.context.parent_id, trace.span_id);
  EXPECT_EQ(service_->seen.trace().spanId(), span.context.spanId());
  EXPECT_EQ(span.took, milliseconds(5));
  EXPECT_FALSE(span.failed);
  EXPECT_EQ(call(Context().withTrace(trace), -1), "INVALID_ARGUMENT");
  EXPECT_FALSE(spans_.spans.at(1).failed) << "the caller's fault is no failure of the server";
}

TEST_F(FaceTest, UnsampledCallsMakeNoSpan) {
  EXPECT_EQ(call(fullContext(), 1), "ok");
  EXPECT_TRUE(spans_.spans.empty());
  EXPECT_EQ(service_->seen.requestId(), "req_1");
}

TEST_F(FaceTest, ThreadsMeetInOneMetric) {
  std::vector<Method> methods(200);
  for (Method& method : methods) method.service = method.name = "many";
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &methods] {
      runtime::Simulation world(3);
      const std::size_t node = world.addNode();
      const runtime::Executor::Scope scope(world.environment(node).background());
      for (const Method& method : methods) observer_->end(method, Context(), SteadyTime(), nullptr);
    });
  }
  threads.clear();
  EXPECT_TRUE(exposes("rpc_server_call_duration_seconds_count{code=\"OK\",method=\"many\",service=\"many\"} 800"));
}

}  // namespace
}  // namespace kontor::rpc
