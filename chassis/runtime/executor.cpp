#include "chassis/runtime/executor.hpp"

#include <utility>

namespace kontor::runtime {
namespace {

thread_local Executor* current_executor = nullptr;

}  // namespace

/// A detached coroutine: its executor knows it until it ends, so that stopping the executor frees its frame.
class Root {
 public:
  struct promise_type {
    explicit promise_type(Executor& executor, const task<void>&) : executor_(&executor) {}
    ~promise_type() { unlink(); }
    Root get_return_object() { return Root(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }

    void link(Root* root) {
      root_ = root;
      root->next_ = executor_->roots_;
      if (root->next_ != nullptr) root->next_->previous_ = root;
      executor_->roots_ = root;
    }
    void unlink() {
      if (root_ == nullptr) return;
      (root_->previous_ != nullptr ? root_->previous_->next_ : executor_->roots_) = root_->next_;
      if (root_->next_ != nullptr) root_->next_->previous_ = root_->previous_;
      delete std::exchange(root_, nullptr);
    }

   private:
    Executor* executor_;
    Root* root_ = nullptr;
  };

  explicit Root(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  static Root run(Executor&, task<void> work) { co_await work; }

  std::coroutine_handle<promise_type> handle_;
  Root* next_ = nullptr;
  Root* previous_ = nullptr;
};

Executor::~Executor() { KONTOR_ASSERT(roots_ == nullptr, "an executor was destroyed with coroutines on it"); }

Executor& Executor::current() {
  KONTOR_ASSERT(current_executor != nullptr, "this must run on an executor");
  return *current_executor;
}

Executor::Scope::Scope(Executor& executor) : previous_(std::exchange(current_executor, &executor)) {}

Executor::Scope::~Scope() { current_executor = previous_; }

void Executor::spawnHere(task<void> work) {
  KONTOR_ASSERT(current_executor == this, "spawnHere belongs to the executor's own thread");
  auto root = std::make_unique<Root>(Root::run(*this, std::move(work)));
  const auto handle = root->handle_;
  handle.promise().link(root.release());
  handle.resume();
}

void Executor::spawn(task<void> work) {
  post([this, held = std::move(work)]() mutable { spawnHere(std::move(held)); });
}

void Executor::destroyRoots() {
  while (roots_ != nullptr) roots_->handle_.destroy();
}

}  // namespace kontor::runtime
