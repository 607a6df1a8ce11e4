#include "bench/connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace kontor::bench {
namespace {

constexpr std::size_t kFirstBuffer = 64 * 1024;

std::runtime_error failure(const std::string& what) { return std::runtime_error(what + ": " + std::strerror(errno)); }

int connectTo(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("'" + host + "' is no IPv4 address: the generator talks to servers of this machine");
  }
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw failure("no socket");
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const auto error = failure("cannot connect to " + host + ":" + std::to_string(port));
    ::close(socket);
    throw error;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  return socket;
}

}  // namespace

Connection::Connection(const std::string& host, std::uint16_t port) : socket_(connectTo(host, port)) {
  buffer_.resize(kFirstBuffer);
}

Connection::~Connection() { ::close(socket_); }

void Connection::send(std::string_view request) {
  filled_ = 0;
  const ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
  if (sent >= 0 && static_cast<std::size_t>(sent) == request.size()) return;
  // A server that has just closed is seen by the next receive.
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
  throw failure("a request could not be sent in one piece");
}

Connection::Received Connection::receive(Answer& answer) {
  if (filled_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const ssize_t got = ::recv(socket_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR ? Received::kMore : Received::kClosed;
  if (got == 0) return Received::kClosed;
  filled_ += static_cast<std::size_t>(got);
  const std::string_view arrived(buffer_.data(), filled_);
  switch (parseAnswer(arrived, answer)) {
    case Parsed::kWhole:
      return answer.bytes == filled_ ? Received::kAnswer : Received::kMalformed;
    case Parsed::kPart:
      return Received::kMore;
    case Parsed::kMalformed:
      break;
  }
  return Received::kMalformed;
}

}  // namespace kontor::bench
