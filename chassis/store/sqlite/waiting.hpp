#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <vector>

namespace kontor::runtime {
class Executor;
}

namespace kontor::store::sqlite {

/// A caller that waits for its transaction. Shared with the writer, since the caller may be destroyed meanwhile.
struct Waiting {
  std::coroutine_handle<> caller;
  runtime::Executor* executor = nullptr;  // where it began to wait, and goes on
  std::exception_ptr failure;             // what it is told; null: done
};
using Callers = std::vector<std::shared_ptr<Waiting>>;

/// Lets `callers` go on, in their order on each executor. One post serves all that live on another executor than `own`,
/// the writer's: a wake-up costs more than what most callers do next. Their answers are there by then.
void resume(Callers callers, const runtime::Executor& own);

}  // namespace kontor::store::sqlite
