#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "chassis/base/error.hpp"
#include "chassis/base/time.hpp"
#include "chassis/http/message.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class RealEnvironment;
}

namespace kontor::http {

/// Where a server listens and what it takes from a client before it refuses. Sizes in bytes, counts of one request.
struct ServerSettings {
  std::string address = "127.0.0.1";
  int port = 0;  // 0: any free one
  int headers = 100;
  std::int64_t header_bytes = 60 << 10;
  std::int64_t target_bytes = 8 << 10;
  /// A body above this is spooled when the handler allows it.
  std::int64_t memory_bytes = 64 << 10;
  /// Folder of spooled bodies; made at start, left-overs in it are deleted. Empty: nothing is ever spooled.
  std::string spool_folder;
  /// From a request's first byte to the end of its headers; also the grace before `bytes_per_second` counts.
  Duration header_time = std::chrono::seconds(10);
  /// Longest wait for the next request of a connection.
  Duration idle_time = std::chrono::seconds(60);
  /// Slowest rate at which a client may send a body or take an answer.
  std::int64_t bytes_per_second = 1024;
  /// Most connections at a time; more are answered 503 and closed.
  int connections = 10'000;
};

/// What a handler wants done with a request's body, decided on its head alone.
struct BodyPolicy {
  std::int64_t most_bytes = 1 << 20;
  /// A body above the server's `memory_bytes` goes to a file instead of being held in memory.
  bool spool = false;
  /// Answers at once: the body is not read, `handle` is not called. For refusals and for answers from a cache.
  std::optional<Response> answer;
  /// Handed on in `Request::tag`; must outlive the request.
  const void* tag = nullptr;
};

/// What serves requests. Called on every loop's thread at once, so it is thread-safe; it outlives the server's drain.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Decides on the head alone; `head` is valid during the call only. May throw Error: the request is refused with it.
  virtual BodyPolicy head(const RequestHead& head) = 0;
  /// Answers a request on the loop that read it. Error becomes a problem, any other failure a 500 that names nothing.
  virtual task<Response> handle(Request request) = 0;
  /// A request is refused without `handle`, or because it failed: may add headers to the problem that `response` is.
  /// `head` shows what could be read of the request, maybe nothing.
  virtual void refusing(const RequestHead& /*head*/, const Error& /*error*/, Response& /*response*/) {}
  /// A connection was refused (503), or none could be accepted (0).
  virtual void noteRefusal(int /*status*/, std::string_view /*why*/) {}
};

/// An HTTP/1.1 server: one listening socket per event loop (SO_REUSEPORT); a request stays on the loop that took it.
///
/// Keep-alive, pipelining in order, HEAD, Expect: 100-continue, chunked bodies. Whatever could be read in two ways
/// (both lengths, folded or bare line ends, bad chunk sizes) is answered 400 and the connection closed.
/// Must be drained before it is destroyed while its loops run. Example: http_test.cpp "Server".
class Server {
 public:
  /// Binds and listens, but accepts nothing yet. Throws FAILED_PRECONDITION / "PORT_IN_USE" when another process has
  /// the port, with what to do. `environment` and `handler` outlive the server.
  Server(runtime::RealEnvironment& environment, ServerSettings settings, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Begins to accept on every loop. Thread-safe.
  void start();
  /// The port listened on, also when the settings said any.
  int port() const;
  /// "http://127.0.0.1:8080".
  std::string url() const;
  /// Connections open now. Thread-safe.
  int connections() const;

  /// Stops accepting, lets running requests end (answered with Connection: close), then closes what is left, after
  /// `longest` at the latest. True when no request was cut off. Run it on any executor, once.
  task<bool> drain(Duration longest);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::http
