#pragma once

// For this folder's .cpp files only: brings Asio in.

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <unordered_set>

#include "chassis/http/server.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/loop.hpp"

namespace kontor::http {

class Connection;

/// What all listeners of one server share.
struct ServerState {
  ServerSettings settings;
  Handler& handler;
  runtime::Clock& clock;
  std::atomic<int> connections{0};
  /// Requests whose head was read and whose answer is not sent yet.
  std::atomic<int> running{0};
  std::atomic<bool> draining{false};
  /// Listeners whose socket is open.
  std::atomic<int> listening{0};
};

/// One loop's share of a server: its listening socket and its connections. Touched on that loop's thread only, but for
/// `listen`, which comes before the loop knows it.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using tcp = boost::asio::ip::tcp;

  /// `index` numbers the server's loops from 0.
  Listener(runtime::Loop& loop, unsigned index, std::shared_ptr<ServerState> state);

  /// Binds with SO_REUSEPORT and listens.
  void listen(const tcp::endpoint& endpoint);
  /// Accepts and sweeps until `stopAccepting` and `closeAll`.
  static task<void> acceptAll(std::shared_ptr<Listener> self);
  static task<void> sweepAll(std::shared_ptr<Listener> self);
  void stopAccepting();
  void closeAll();

  runtime::Loop& loop() { return loop_; }
  unsigned index() const { return index_; }
  ServerState& state() { return *state_; }
  /// Time as of the last sweep: good enough for deadlines of seconds, without asking the clock for every request.
  SteadyTime coarseNow() const { return coarse_now_; }
  /// "Date: …" with its line end, renewed once a second.
  const std::string& dateLine() const { return date_line_; }
  void join(Connection& connection) { connections_.insert(&connection); }
  void leave(Connection& connection);

 private:
  void admit(tcp::socket socket);
  void tick();
  Duration sweepPeriod() const;

  runtime::Loop& loop_;
  const unsigned index_;
  std::shared_ptr<ServerState> state_;
  tcp::acceptor acceptor_;
  std::unordered_set<Connection*> connections_;
  SteadyTime coarse_now_{};
  std::int64_t date_second_ = -1;
  std::string date_line_;
  bool closed_ = false;
};

}  // namespace kontor::http
