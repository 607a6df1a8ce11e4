#include "chassis/runtime/deadline.hpp"

namespace kontor::runtime {

Error deadlineExceeded() {
  return Error(Code::kDeadlineExceeded, "no answer came within the deadline; the call may still take effect")
      .thatMayHaveRun();
}

}  // namespace kontor::runtime
