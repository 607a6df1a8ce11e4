#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/answer.hpp"

namespace kontor::bench {

class Options;

/// What one connection does, job after job; a job is one request or a chain of them, such as a checkout.
class Work {
 public:
  enum class Verdict { kDone, kNext, kWrong };

  virtual ~Work() = default;
  /// The first request of a new job of connection `slot`, as bytes; valid until the slot's next call.
  virtual std::string_view begin(std::size_t slot) = 0;
  /// Judges the answer to the slot's last request: the job is done, or `request` goes on with it, or all is wrong.
  virtual Verdict answered(std::size_t slot, const Answer& answer, std::string_view& request) = 0;
};

struct Plan {
  /// A server of this machine; the generator is no measure of a network.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::size_t connections = 1;
  double warmup_seconds = 0;  // not counted
  double seconds = 1;
  /// Jobs a second by schedule (open loop, latency from the intended start); 0: each connection begins a job when its
  /// last one has ended (closed loop).
  double rate = 0;
  std::uint64_t seed = 1;
  /// Whose CPU time is taken over the counted seconds, beside the generator's own.
  std::vector<pid_t> server_pids;
};

/// The names of the options that make a plan, and a driver's own.
std::vector<std::string_view> planOptions(std::vector<std::string_view> own);
/// The plan that a driver's options describe (--port, --connections, --seconds, --warmup, --rate, --seed, --pid once
/// for each process of the server); keeps this process on --core, if there is one.
Plan planOf(const Options& options);

struct Outcome {
  std::uint64_t jobs = 0;  // ended well inside the counted seconds (open loop: begun there by schedule)
  std::uint64_t failures = 0;
  std::uint64_t unanswered = 0;  // still running when the run was given up; their age is in the latencies
  std::uint64_t reconnects = 0;
  std::string first_failure;
  double seconds = 0;
  double server_cpu_seconds = 0;
  double generator_cpu_seconds = 0;
  std::vector<std::int64_t> latencies;  // nanoseconds
};

/// One thread, one epoll, keep-alive connections; no coroutines and no allocation per request, so that what is
/// measured is the server. Throws std::runtime_error when the server cannot be reached.
Outcome generate(const Plan& plan, Work& work);

/// The outcome as one line of JSON: rate, latencies in microseconds, CPU per job, failures.
std::string toJson(const Outcome& outcome);

}  // namespace kontor::bench
