#pragma once

#include <memory>
#include <utility>

#include "chassis/rpc/method.hpp"
#include "chassis/runtime/deadline.hpp"

namespace kontor::rpc {

/// What a call through a face leaves behind: a metric and a span. Made by the process's telemetry.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  /// Called before the call with its method; returns the context to run it under (a child span). Thread-safe.
  virtual Context begin(const Method& method, const Context& context) = 0;
  /// Called after it; `failure` is null for a success.
  virtual void end(const Method& method, const Context& context, SteadyTime began, const Error* failure) = 0;
};

/// The slot of a service that lives in this process: bound once, before the first call, and then read only.
class Binding {
 public:
  explicit Binding(std::shared_ptr<CallObserver> observer) : observer_(std::move(observer)) {}
  void bind(std::shared_ptr<Service> target) { target_ = std::move(target); }
  bool bound() const { return target_ != nullptr; }
  const std::shared_ptr<Service>& target() const { return target_; }
  CallObserver& observer() const { return *observer_; }

 private:
  std::shared_ptr<CallObserver> observer_;
  std::shared_ptr<Service> target_;
};

/// Throws DEADLINE_EXCEEDED when the context's deadline has passed by `now`: such a call is not begun.
void requireTimeLeft(const Context& context, SteadyTime now);
/// The same by the current executor's time.
void requireTimeLeft(const Context& context);

/// Runs one local call under deadline, metrics and span: what every method of a generated local face does.
///
/// `call` makes the task from the child context. Interface is a generated contract.
template <class Response, class Interface, class Call>
task<Response> callLocal(const Method& method, std::shared_ptr<Binding> binding, Context context, Call call) {
  KONTOR_ASSERT(binding->bound(), "a service was called before it was started");
  const SteadyTime began = runtime::Executor::current().now();
  requireTimeLeft(context, began);
  Context inner = binding->observer().begin(method, context);
  auto& target = static_cast<Interface&>(*binding->target());
  try {
    task<Response> work = call(target, inner);
    // What answers at once, as most reads do, needs no watch over its deadline.
    if (!work.begin() && inner.deadline()) work = runtime::withDeadline(std::move(work), *inner.deadline());
    Response response = co_await work;
    binding->observer().end(method, inner, began, nullptr);
    co_return response;
  } catch (const Error& error) {
    binding->observer().end(method, inner, began, &error);
    throw;
  }
}

}  // namespace kontor::rpc
