#include "bench/generator.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "bench/arrivals.hpp"
#include "bench/latencies.hpp"

namespace kontor::bench {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Answers one connection, and once stalls for a while before it does.
class StallingServer {
 public:
  StallingServer(int stall_after, int stall_ms) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, stall_after, stall_ms] { serve(stall_after, stall_ms); });
  }
  ~StallingServer() {
    thread_.join();
    ::close(listener_);
  }
  StallingServer(const StallingServer&) = delete;
  StallingServer& operator=(const StallingServer&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void serve(int stall_after, int stall_ms) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    std::array<char, 4096> buffer;
    for (int served = 0; ::recv(socket, buffer.data(), buffer.size(), 0) > 0; ++served) {
      if (served == stall_after) ::poll(nullptr, 0, stall_ms);
      if (::send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) break;
    }
    ::close(socket);
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class PlainWork final : public Work {
 public:
  explicit PlainWork(std::string body = "ok") : body_(std::move(body)) {}
  std::string_view begin(std::size_t) override { return "GET / HTTP/1.1\r\nHost: x\r\n\r\n"; }
  Verdict answered(std::size_t, const Answer& answer, std::string_view&) override {
    return answer.body == body_ ? Verdict::kDone : Verdict::kWrong;
  }

 private:
  std::string body_;
};

Plan planFor(const StallingServer& server, double rate) {
  Plan plan;
  plan.port = server.port();
  plan.seconds = 0.6;
  plan.rate = rate;
  return plan;
}

constexpr std::int64_t kMillisecond = 1'000'000;

// The reason for open loops: a stall of 300 ms meets every buyer who meant to come in that time, not only the one whose
// request was on its way.
TEST(Generator, CountsAnOpenLoopsLatencyFromTheIntendedStart) {
  StallingServer server(20, 300);
  PlainWork work;
  const Outcome open = generate(planFor(server, 500), work);
  EXPECT_EQ(open.failures, 0U) << open.first_failure;
  std::vector<std::int64_t> latencies = open.latencies;
  // Half of the arrivals meant to begin inside the stall and waited for what was left of it.
  EXPECT_GT(percentile(latencies, 0.9), 100 * kMillisecond);
  EXPECT_GT(open.jobs, 200U);
}

TEST(Generator, ShowsOnlyOneSlowAnswerInAClosedLoop) {
  StallingServer server(20, 300);
  PlainWork work;
  const Outcome closed = generate(planFor(server, 0), work);
  EXPECT_EQ(closed.failures, 0U) << closed.first_failure;
  std::vector<std::int64_t> latencies = closed.latencies;
  EXPECT_GT(percentile(latencies, 1), 290 * kMillisecond);
  EXPECT_LT(percentile(latencies, 0.9), 100 * kMillisecond);
}

TEST(Generator, CountsAWrongAnswerAsAFailureAndNotAsAJob) {
  StallingServer server(0, 0);
  PlainWork work("something else");
  const Outcome outcome = generate(planFor(server, 0), work);
  EXPECT_EQ(outcome.jobs, 0U);
  EXPECT_GT(outcome.failures, 0U);
  EXPECT_EQ(outcome.first_failure, "200, 2 bytes: ok");
}

TEST(Arrivals, ComeAtTheirRateAndTheSameForTheSameSeed) {
  const Instant start = Clock::now();
  Arrivals one(start, 1000, 1);
  Arrivals same(start, 1000, 1);
  Arrivals other(start, 1000, 2);
  Instant last = start;
  for (int i = 0; i < 10'000; ++i) {
    const Instant next = one.take();
    ASSERT_GE(next, last);
    ASSERT_EQ(next, same.take());
    other.take();
    last = next;
  }
  EXPECT_NE(one.next(), other.next());
  // 10,000 gaps of 1 ms, each as wide as it is long on average: their sum strays by a hundredth.
  EXPECT_NEAR(std::chrono::duration<double>(last - start).count(), 10, 0.4);
}

}  // namespace
}  // namespace kontor::bench
