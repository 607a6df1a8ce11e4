#include "chassis/runtime/signals.hpp"

#include <pthread.h>

#include <csignal>

#include "chassis/base/assert.hpp"

namespace kontor::runtime {
namespace {

sigset_t terminationSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

TerminationSignals::TerminationSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = terminationSet();
  const int failure = pthread_sigmask(SIG_BLOCK, &set, nullptr);
  KONTOR_ASSERT(failure == 0, "signals could not be blocked");
}

int TerminationSignals::wait() const {
  const sigset_t set = terminationSet();
  int signal = 0;
  const int failure = sigwait(&set, &signal);
  KONTOR_ASSERT(failure == 0, "waiting for a signal failed");
  return signal;
}

}  // namespace kontor::runtime
