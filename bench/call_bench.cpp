// What a call between two services of one process costs: through the generated face with its metric, deadline and span,
// against the plain virtual call of the same coroutine. Nanoseconds a call, measured in turns, printed as JSON.
//
// usage: call_bench [--rounds 5] [--calls 200000]
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "bench/options.hpp"
#include "chassis/base/assert.hpp"
#include "chassis/rpc/directory.hpp"
#include "chassis/rpc/observer.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "chassis/telemetry/span.hpp"
#include "chassis/telemetry/trace.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"

namespace kontor::bench {
namespace {

namespace payment = payment::v1;

// A service that does nothing, so that the call is all that is measured.
class IdlePayments final : public payment::Payments {
 public:
  task<payment::Payment> GetPayment(rpc::Context, payment::GetPaymentRequest request) override {
    payment::Payment answer;
    answer.set_id(std::move(*request.mutable_ref()));
    co_return answer;
  }
  task<payment::Payment> Authorize(rpc::Context, payment::AuthorizeRequest) override {
    return none<payment::Payment>();
  }
  task<payment::SettleResponse> Settle(rpc::Context, payment::SettleRequest) override {
    return none<payment::SettleResponse>();
  }
  task<payment::Payment> Void(rpc::Context, payment::VoidRequest) override { return none<payment::Payment>(); }
  task<payment::Payment> Capture(rpc::Context, payment::CaptureRequest) override { return none<payment::Payment>(); }
  task<payment::Payment> Refund(rpc::Context, payment::RefundRequest) override { return none<payment::Payment>(); }
  task<payment::ReceiveWebhookResponse> ReceiveWebhook(rpc::Context, payment::ReceiveWebhookRequest) override {
    return none<payment::ReceiveWebhookResponse>();
  }
  task<payment::DecideSandboxActionResponse> DecideSandboxAction(rpc::Context,
                                                                 payment::DecideSandboxActionRequest) override {
    return none<payment::DecideSandboxActionResponse>();
  }
  task<payment::CompareBooksResponse> CompareBooks(rpc::Context, payment::CompareBooksRequest) override {
    return none<payment::CompareBooksResponse>();
  }
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context, type::v1::CheckInvariantsRequest) override {
    return none<type::v1::CheckInvariantsResponse>();
  }

 private:
  template <class Response>
  static task<Response> none() {
    co_return Response();
  }
};

struct Way {
  const char* name;
  payment::Payments* target;
  rpc::Context context;
  std::vector<double> nanoseconds;
};

// CPU time of this thread: nothing here waits, and what else runs on the machine is not the call's cost.
double cpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

task<void> time(Way& way, std::size_t calls) {
  std::size_t answered = 0;
  const double began = cpuNanoseconds();
  for (std::size_t i = 0; i < calls; ++i) {
    payment::GetPaymentRequest request;
    request.set_ref("chk_01");
    const payment::Payment answer = co_await way.target->GetPayment(way.context, std::move(request));
    answered += answer.id().size();
  }
  way.nanoseconds.push_back((cpuNanoseconds() - began) / static_cast<double>(calls));
  KONTOR_ASSERT(answered == calls * 6, "every call brings its answer back");
}

task<void> measure(std::vector<Way>& ways, std::size_t rounds, std::size_t calls) {
  for (Way& way : ways) co_await time(way, calls / 10);
  for (Way& way : ways) way.nanoseconds.clear();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      Way& way = ways[round % 2 == 0 ? i : ways.size() - 1 - i];
      co_await time(way, calls);
    }
  }
}

void print(const std::vector<Way>& ways) {
  const char* separator = "{";
  for (const Way& way : ways) {
    std::printf("%s\"%s\":[", separator, way.name);
    for (std::size_t i = 0; i < way.nanoseconds.size(); ++i) {
      std::printf("%s%.1f", i == 0 ? "" : ",", way.nanoseconds[i]);
    }
    std::printf("]");
    separator = ",";
  }
  std::printf("}\n");
}

rpc::Context contextWith(bool deadline, bool sampled, runtime::Random& random) {
  rpc::Context::Data data;
  data.request_id = "req_01";
  data.trace = telemetry::newTrace(random, sampled);
  // Longer than the run: a deadline that passes would measure another path.
  if (deadline) data.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  return rpc::Context(std::move(data));
}

void run(const Options& options) {
  runtime::RealEnvironment environment(1);
  telemetry::Metrics metrics;
  telemetry::NoSpans spans;
  // As apps/kontor wires it.
  rpc::Directory directory(std::make_shared<rpc::Observer>(metrics, spans, environment.random()));
  auto service = std::make_shared<IdlePayments>();
  directory.provide<payment::Payments>(service);
  const auto face = directory.client<payment::Payments>();
  const auto plain = contextWith(false, false, environment.random());
  const auto limited = contextWith(true, false, environment.random());
  const auto traced = contextWith(true, true, environment.random());
  std::vector<Way> ways;
  ways.push_back({"plain", service.get(), plain, {}});
  ways.push_back({"face", face.get(), plain, {}});
  ways.push_back({"faceDeadline", face.get(), limited, {}});
  ways.push_back({"faceDeadlineSpan", face.get(), traced, {}});
  runtime::runBlocking(environment.background(),
                       measure(ways, options.count("rounds", 5), options.count("calls", 200'000)));
  environment.stop();
  print(ways);
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  try {
    kontor::bench::run(kontor::bench::Options(argc, argv, {"rounds", "calls"}));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "call_bench: %s\n", error.what());
    return 1;
  }
}
