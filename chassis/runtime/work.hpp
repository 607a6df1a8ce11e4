#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace kontor::runtime {

/// A piece of work that runs once: std::function for move-only callables (GCC 12 has no std::move_only_function).
class Work {
 public:
  Work() = default;
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Work>>>
  Work(F&& function) : body_(std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(function))) {}  // NOLINT

  void operator()() { body_->run(); }
  explicit operator bool() const { return body_ != nullptr; }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Body final : Base {
    explicit Body(F function) : function_(std::move(function)) {}
    void run() override { function_(); }
    F function_;
  };
  std::unique_ptr<Base> body_;
};

}  // namespace kontor::runtime
