#pragma once

#include <memory>
#include <vector>

#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::runtime {

class Loop;

/// The real machine: the system's clock and generator, and `loops` event loops on threads of their own.
///
/// Destroying it stops the loops and joins their threads; workers must be gone before.
class RealEnvironment final : public Environment {
 public:
  explicit RealEnvironment(unsigned loops);
  ~RealEnvironment() override;

  Clock& clock() override;
  Random& random() override;
  Executor& background() override;
  std::unique_ptr<Worker> makeWorker(std::string_view name) override;

  const std::vector<std::unique_ptr<Loop>>& loops() const { return loops_; }
  /// Stops all loops and waits for their threads; called by the destructor at the latest.
  void stop();

 private:
  struct Threads;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Random> random_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<Threads> threads_;
};

/// Runs `work` to its end on `executor` and blocks this thread meanwhile: for main() and tests, never on an executor.
void runBlocking(Executor& executor, task<void> work);

}  // namespace kontor::runtime
