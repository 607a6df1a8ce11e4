#include "bench/generator.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <deque>
#include <optional>
#include <stdexcept>

#include "bench/arrivals.hpp"
#include "bench/connection.hpp"
#include "bench/latencies.hpp"

namespace kontor::bench {
namespace {

constexpr int kEventsAtOnce = 256;
constexpr auto kDrain = std::chrono::seconds(5);  // for what is still running at the end
constexpr auto kLongestWait = std::chrono::milliseconds(20);

Nanoseconds seconds(double value) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(value));
}

double readClock(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) throw std::runtime_error("the CPU clock of a process cannot be read");
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// utime + stime of all threads of those processes, to the nanosecond (what /proc/PID/stat rounds to hundredths).
double cpuSeconds(const std::vector<pid_t>& pids) {
  double sum = 0;
  for (const pid_t pid : pids) {
    clockid_t clock{};
    if (clock_getcpuclockid(pid, &clock) != 0) {
      throw std::runtime_error("there is no process " + std::to_string(pid) + " whose CPU time could be read");
    }
    sum += readClock(clock);
  }
  return sum;
}

class Generator {
 public:
  Generator(const Plan& plan, Work& work)
      : plan_(plan), work_(work), epoll_(::epoll_create1(EPOLL_CLOEXEC)), connections_(plan.connections) {
    if (epoll_ < 0) throw std::runtime_error("no epoll");
    // Timers wake at their time, not up to 50 us later: an arrival's latency starts at its intended instant.
    ::prctl(PR_SET_TIMERSLACK, 1);
  }
  ~Generator() { ::close(epoll_); }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  Outcome run() {
    for (std::size_t slot = 0; slot < connections_.size(); ++slot) connect(slot);
    const Instant start = Clock::now();
    window_begin_ = start + seconds(plan_.warmup_seconds);
    window_end_ = window_begin_ + seconds(plan_.seconds);
    if (plan_.rate > 0) arrivals_.emplace(start, plan_.rate, plan_.seed);
    outcome_.latencies.reserve(1 << 20);
    for (std::size_t slot = 0; slot < connections_.size(); ++slot) idle(slot, start);
    while (Clock::now() < window_begin_) turn(window_begin_);
    begin();
    while (Clock::now() < window_end_) turn(window_end_);
    end();
    drain();
    return std::move(outcome_);
  }

 private:
  void begin() {
    counting_ = true;
    window_begin_ = Clock::now();
    outcome_.server_cpu_seconds = -cpuSeconds(plan_.server_pids);
    outcome_.generator_cpu_seconds = -readClock(CLOCK_PROCESS_CPUTIME_ID);
  }

  void end() {
    outcome_.server_cpu_seconds += cpuSeconds(plan_.server_pids);
    outcome_.generator_cpu_seconds += readClock(CLOCK_PROCESS_CPUTIME_ID);
    outcome_.seconds = std::chrono::duration<double>(Clock::now() - window_begin_).count();
    over_ = true;
    if (!arrivals_) counting_ = false;  // a closed loop counts what has ended, an open one what has begun
  }

  // Nothing new begins; what was begun (or, in an open loop, due) may end.
  void drain() {
    const Instant give_up = Clock::now() + kDrain;
    while ((running_ > 0 || !due_.empty()) && Clock::now() < give_up) turn(give_up);
    const Instant now = Clock::now();
    for (const auto& connection : connections_) {
      if (!connection->busy) continue;
      if (connection->counted && counting_) {
        abandon(connection->intended, now);
      } else {
        ++outcome_.unanswered;
      }
    }
    for (const Instant intended : due_) abandon(intended, now);
  }

  void abandon(Instant intended, Instant now) {
    ++outcome_.unanswered;
    outcome_.latencies.push_back(Nanoseconds(now - intended).count());
  }

  // One round of the event loop; comes back at `until` at the latest.
  void turn(Instant until) {
    const Instant now = Clock::now();
    if (arrivals_ && !over_) takeArrivals(now);
    Instant wake = std::min(until, now + kLongestWait);
    if (arrivals_ && !over_) wake = std::min(wake, arrivals_->next());
    const auto wait = std::max(Nanoseconds(wake - now), Nanoseconds(0)).count();
    const timespec timeout{static_cast<time_t>(wait / 1'000'000'000), static_cast<long>(wait % 1'000'000'000)};
    const int count = ::epoll_pwait2(epoll_, events_.data(), kEventsAtOnce, &timeout, nullptr);
    for (int i = 0; i < count; ++i) readable(events_[static_cast<std::size_t>(i)].data.u64);
  }

  void takeArrivals(Instant now) {
    while (arrivals_->next() <= now && arrivals_->next() < window_end_) {
      const Instant intended = arrivals_->take();
      if (idle_.empty()) {
        due_.push_back(intended);
      } else {
        const std::size_t slot = idle_.back();
        idle_.pop_back();
        start(slot, intended);
      }
    }
  }

  void connect(std::size_t slot) {
    connections_[slot] = std::make_unique<Connection>(plan_.host, plan_.port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = slot;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[slot]->socket(), &event) != 0) {
      throw std::runtime_error("a connection cannot be watched");
    }
  }

  void start(std::size_t slot, Instant intended) {
    Connection& connection = *connections_[slot];
    connection.intended = intended;
    connection.busy = true;
    connection.counted = !arrivals_ || intended >= window_begin_;
    ++running_;
    connection.send(work_.begin(slot));
  }

  // The connection has nothing to do: gives it the next job, if there is one.
  void idle(std::size_t slot, Instant now) {
    if (!due_.empty()) {
      const Instant intended = due_.front();
      due_.pop_front();
      start(slot, intended);
    } else if (arrivals_) {
      idle_.push_back(slot);
    } else if (!over_) {
      start(slot, now);
    }
  }

  void readable(std::size_t slot) {
    Connection& connection = *connections_[slot];
    Answer answer;
    switch (connection.receive(answer)) {
      case Connection::Received::kMore:
        return;
      case Connection::Received::kAnswer:
        return judge(slot, answer);
      case Connection::Received::kClosed:
        return lost(slot, "the server closed a connection during a request");
      case Connection::Received::kMalformed:
        return lost(slot, "an answer that this generator cannot count");
    }
  }

  void judge(std::size_t slot, const Answer& answer) {
    std::string_view request;
    const Work::Verdict verdict = work_.answered(slot, answer, request);
    if (verdict == Work::Verdict::kNext) return connections_[slot]->send(request);
    const bool well = verdict == Work::Verdict::kDone;
    if (!well) {
      note(std::to_string(answer.status) + ", " + std::to_string(answer.body.size()) +
           " bytes: " + std::string(answer.body.substr(0, 300)));
    }
    const bool close = answer.close;
    finish(slot, well);
    if (close) reconnect(slot);
    idle(slot, Clock::now());
  }

  void finish(std::size_t slot, bool well) {
    Connection& connection = *connections_[slot];
    connection.busy = false;
    --running_;
    if (!well || !counting_ || !connection.counted) return;
    ++outcome_.jobs;
    outcome_.latencies.push_back(Nanoseconds(Clock::now() - connection.intended).count());
  }

  // A server may close an idle connection; during a request it is a failure.
  void lost(std::size_t slot, const char* why) {
    const bool failed = connections_[slot]->busy;
    if (failed) {
      note(why);
      finish(slot, false);
    }
    reconnect(slot);
    if (failed) idle(slot, Clock::now());
  }

  void reconnect(std::size_t slot) {
    ++outcome_.reconnects;
    connect(slot);
  }

  void note(std::string why) {
    if (outcome_.failures++ == 0) outcome_.first_failure = std::move(why);
  }

  const Plan& plan_;
  Work& work_;
  int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::array<epoll_event, kEventsAtOnce> events_{};
  std::optional<Arrivals> arrivals_;
  std::deque<Instant> due_;        // arrivals that no connection was free for
  std::vector<std::size_t> idle_;  // connections that wait for an arrival
  Instant window_begin_;
  Instant window_end_;
  std::size_t running_ = 0;
  bool counting_ = false;
  bool over_ = false;
  Outcome outcome_;
};

}  // namespace

Outcome generate(const Plan& plan, Work& work) { return Generator(plan, work).run(); }

}  // namespace kontor::bench
