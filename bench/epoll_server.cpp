// The floor of any HTTP server on this machine: one thread, one epoll, reads to the blank line, answers the same bytes
// to every GET. No routes, no headers read, no timeouts, nothing that a server must have: a reference, not a server.
//
// usage: epoll_server PORT FILE      PORT 0 takes a free one; prints "listening PORT"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace kontor::bench {
namespace {

constexpr std::size_t kBuffer = 16 * 1024;
constexpr std::string_view kBlankLine = "\r\n\r\n";

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "epoll_server: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int listenOn(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("no socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) fail("cannot bind");
  if (::listen(listener, SOMAXCONN) != 0) fail("cannot listen");
  socklen_t size = sizeof(address);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("listening %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

struct Client {
  std::string unread;  // the beginning of a request whose rest has not arrived
  std::string unsent;  // the rest of an answer that the socket had no room for
};

class Server {
 public:
  Server(int listener, std::string answer)
      : listener_(listener), epoll_(::epoll_create1(EPOLL_CLOEXEC)), answer_(std::move(answer)) {
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        if (socket == listener_) {
          accept();
        } else if (!serve(socket, clients_[socket])) {
          clients_.erase(socket);
          ::close(socket);
        }
      }
    }
  }

 private:
  void watch(int socket, std::uint32_t what, int operation) {
    epoll_event event{};
    event.events = what;
    event.data.fd = socket;
    if (::epoll_ctl(epoll_, operation, socket, &event) != 0) fail("cannot watch a socket");
  }

  void accept() {
    const int on = 1;
    const int room = 256 * 1024;  // the longest answer leaves in one call
    for (int socket; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
      watch(socket, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  // False when the connection has ended.
  bool serve(int socket, Client& client) {
    if (!client.unsent.empty()) return flush(socket, client);
    std::array<char, kBuffer> buffer;
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN;
    const std::string_view arrived(buffer.data(), static_cast<std::size_t>(got));
    if (client.unread.empty() && arrived.ends_with(kBlankLine)) return answer(socket, client);
    client.unread += arrived;
    if (!client.unread.ends_with(kBlankLine)) return client.unread.size() < kBuffer;
    client.unread.clear();
    return answer(socket, client);
  }

  bool answer(int socket, Client& client) {
    const ssize_t sent = ::send(socket, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(answer_.size())) return true;
    if (sent < 0 && errno != EAGAIN) return false;
    client.unsent = answer_.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    watch(socket, EPOLLOUT, EPOLL_CTL_MOD);
    return true;
  }

  bool flush(int socket, Client& client) {
    const ssize_t sent = ::send(socket, client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    client.unsent.erase(0, static_cast<std::size_t>(sent));
    if (client.unsent.empty()) watch(socket, EPOLLIN, EPOLL_CTL_MOD);
    return true;
  }

  int listener_;
  int epoll_;
  std::string answer_;
  std::map<int, Client> clients_;
};

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: epoll_server PORT FILE\n");
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  const std::string body{std::istreambuf_iterator<char>(file), {}};
  if (body.empty()) {
    std::fprintf(stderr, "epoll_server: %s cannot be read or is empty\n", argv[2]);
    return 1;
  }
  kontor::bench::Server(kontor::bench::listenOn(std::atoi(argv[1])),
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body)
      .run();
}
