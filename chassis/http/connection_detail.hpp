#pragma once

// For this folder's .cpp files only: brings Asio in.

#include <memory>
#include <optional>
#include <string>

#include "chassis/http/body_receiver.hpp"
#include "chassis/http/listener_detail.hpp"
#include "chassis/http/request_parser.hpp"
#include "chassis/runtime/asio_await_detail.hpp"

namespace kontor::http {

/// The bytes read and not yet used of one connection; views into it hold until the next `space`.
class ReadBuffer {
 public:
  std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
  void use(std::size_t size) { begin_ += size; }
  void filled(std::size_t size) { end_ += size; }
  /// Room for at least `least` bytes; moves what is unread when the end is near.
  std::pair<char*, std::size_t> space(std::size_t least);
  /// Gives a large buffer back when nothing is unread: idle connections are many.
  void shrink();

 private:
  static constexpr std::size_t kSmallest = 4096;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// One client's connection: requests read, handled and answered one after another. Owned by its `serve` coroutine.
class Connection {
 public:
  Connection(std::shared_ptr<Listener> listener, Listener::tcp::socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static task<void> serve(std::unique_ptr<Connection> self);

  /// Ends a wait for the client that took too long.
  void sweep(SteadyTime now);
  /// Ends the connection whatever it does; a running handler finds nobody to answer.
  void cut();

 private:
  enum class Sent : std::uint8_t { kAll, kBlocked, kFailed };

  bool takeHead();
  void decide();
  void received(const runtime::IoResult& got);
  task<void> receiveBody();
  void countAsRunning();
  task<void> answerWithHandler();
  void refuse(const Error& error);
  std::size_t bodyRoom(std::int64_t received) const;
  void beginAnswer();
  Sent sendSome();
  Sent sendFile();
  task<void> sendRest();
  void endExchange();
  task<void> linger();
  void paceDeadline(SteadyTime began, std::int64_t moved);

  std::shared_ptr<Listener> listener_;
  Listener::tcp::socket socket_;
  std::string peer_;
  RequestParser parser_;
  ReadBuffer in_;
  RequestHead head_;
  std::optional<Request> request_;
  std::optional<BodyPlan> body_plan_;
  std::optional<Response> answer_;
  std::string out_;             // the answer's head, and its body when that is small; its memory is reused
  std::size_t out_sent_ = 0;    // of `out_` and the body in memory together
  std::int64_t file_sent_ = 0;  // of a file body
  SteadyTime deadline_;         // of the present wait for the client
  bool open_ = true;            // still worth reading from
  bool keep_ = true;            // another request may follow
  bool began_ = false;          // some bytes of the present request have come
  bool running_ = false;        // counted in ServerState::running
  bool timed_out_ = false;
  bool head_only_ = false;     // the request is a HEAD
  bool without_body_ = false;  // the answer's head alone goes out
  bool body_apart_ = false;    // the body in memory goes out behind `out_`
};

}  // namespace kontor::http
