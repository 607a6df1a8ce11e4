#pragma once

#include <memory>

#include "chassis/runtime/executor.hpp"

namespace boost::asio {
class io_context;
}

namespace kontor::runtime {

/// One event loop on one thread: an executor with sockets.
///
/// `run` blocks the calling thread until `stop`; what is queued by then is dropped and detached coroutines are
/// destroyed. `post` and `stop` are thread-safe.
class Loop final : public Executor {
 public:
  Loop();
  ~Loop() override;

  void run();
  void stop();

  void post(Work work) override;
  TimerId after(Duration delay, Work work) override;
  void cancel(TimerId timer) override;
  SteadyTime now() const override;

  /// For drivers' .cpp files, which may use Asio's operations on it.
  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::runtime
