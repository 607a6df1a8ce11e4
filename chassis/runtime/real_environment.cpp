#include "chassis/runtime/real_environment.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <future>
#include <string>
#include <thread>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/loop.hpp"

namespace kontor::runtime {
namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
};

void fetchRandom(std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    KONTOR_ASSERT(got > 0 || errno == EINTR, "the system's random generator failed");
    if (got > 0) done += static_cast<std::size_t>(got);
  }
}

// Ids take a few bytes each, and a system call costs more than all the rest of making one: a thread fetches bytes for
// many at a time. What was given out is wiped here, so that no later look at this memory tells it.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    thread_local std::array<std::uint8_t, 1024> reserve;
    thread_local std::size_t left = 0;
    if (bytes.size() > kMostFromReserve) return fetchRandom(bytes);
    if (left < bytes.size()) {
      fetchRandom(reserve);
      left = reserve.size();
    }
    std::uint8_t* const taken = reserve.data() + left - bytes.size();
    std::memcpy(bytes.data(), taken, bytes.size());
    explicit_bzero(taken, bytes.size());
    left -= bytes.size();
  }

 private:
  static constexpr std::size_t kMostFromReserve = 64;
};

void nameThread(std::string_view name) { pthread_setname_np(pthread_self(), std::string(name.substr(0, 15)).c_str()); }

class ThreadWorker final : public Worker {
 public:
  explicit ThreadWorker(std::string_view name)
      : thread_([this, title = std::string(name)] {
          nameThread(title);
          loop_.run();
        }) {}
  ~ThreadWorker() override {
    loop_.stop();
    thread_.join();
  }
  Executor& executor() override { return loop_; }

 private:
  Loop loop_;
  std::thread thread_;
};

task<void> fulfil(task<void> work, std::promise<void> done) {
  try {
    co_await work;
    done.set_value();
  } catch (...) {
    done.set_exception(std::current_exception());
  }
}

}  // namespace

struct RealEnvironment::Threads {
  std::vector<std::thread> running;
};

RealEnvironment::RealEnvironment(unsigned loops)
    : clock_(std::make_unique<SystemClock>()),
      random_(std::make_unique<SystemRandom>()),
      threads_(std::make_unique<Threads>()) {
  KONTOR_ASSERT(loops > 0, "a process needs an event loop");
  // A peer that left is a failure of the write (sendfile knows no MSG_NOSIGNAL), not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  for (unsigned i = 0; i < loops; ++i) loops_.push_back(std::make_unique<Loop>());
  for (unsigned i = 0; i < loops; ++i) {
    threads_->running.emplace_back([this, i] {
      nameThread("loop-" + std::to_string(i));
      loops_[i]->run();
    });
  }
}

RealEnvironment::~RealEnvironment() { stop(); }

void RealEnvironment::stop() {
  for (const auto& loop : loops_) loop->stop();
  for (std::thread& thread : threads_->running) thread.join();
  threads_->running.clear();
}

Clock& RealEnvironment::clock() { return *clock_; }
Random& RealEnvironment::random() { return *random_; }
Executor& RealEnvironment::background() { return *loops_.front(); }

std::unique_ptr<Worker> RealEnvironment::makeWorker(std::string_view name) {
  return std::make_unique<ThreadWorker>(name);
}

void runBlocking(Executor& executor, task<void> work) {
  std::promise<void> done;
  auto ended = done.get_future();
  executor.spawn(fulfil(std::move(work), std::move(done)));
  ended.get();
}

}  // namespace kontor::runtime
