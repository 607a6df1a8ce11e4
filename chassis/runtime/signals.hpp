#pragma once

namespace kontor::runtime {

/// Waits for the wish to stop: SIGINT or SIGTERM. Make it before any other thread: it blocks both signals, and threads
/// made later inherit that, so that only `wait` takes them. SIGPIPE is ignored: a closed peer is an error code.
class TerminationSignals {
 public:
  TerminationSignals();
  /// Blocks until one of them comes; returns its number.
  int wait() const;
};

}  // namespace kontor::runtime
