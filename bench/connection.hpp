#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/answer.hpp"
#include "bench/arrivals.hpp"

namespace kontor::bench {

/// A keep-alive connection with at most one request on its way. Not copyable; closes its socket.
class Connection {
 public:
  /// Connects at once (the server is on this machine); throws std::runtime_error when it cannot.
  Connection(const std::string& host, std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  /// Sends all of it. A request is smaller than a socket's buffer, so that waiting for room is an error.
  void send(std::string_view request);

  enum class Received { kAnswer, kMore, kClosed, kMalformed };
  /// Takes what has arrived; on kAnswer `answer` views the buffer until the next call of `send`.
  Received receive(Answer& answer);

  Instant intended;  // when the running job was meant to begin
  bool busy = false;
  bool counted = false;  // the running job belongs to the counted seconds

 private:
  int socket_;
  std::string buffer_;
  std::size_t filled_ = 0;
};

}  // namespace kontor::bench
