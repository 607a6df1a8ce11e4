#include "chassis/rpc/face.hpp"

namespace kontor::rpc {

void requireTimeLeft(const Context& context) {
  if (!context.deadline() || *context.deadline() > runtime::Executor::current().now()) return;
  throw Error(Code::kDeadlineExceeded, "the call's deadline had passed before it began: it did not run");
}

}  // namespace kontor::rpc
