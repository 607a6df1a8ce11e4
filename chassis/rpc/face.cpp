#include "chassis/rpc/face.hpp"

namespace kontor::rpc {

void requireTimeLeft(const Context& context, SteadyTime now) {
  if (!context.deadline() || *context.deadline() > now) return;
  throw Error(Code::kDeadlineExceeded, "the call's deadline had passed before it began: it did not run");
}

void requireTimeLeft(const Context& context) { requireTimeLeft(context, runtime::Executor::current().now()); }

}  // namespace kontor::rpc
