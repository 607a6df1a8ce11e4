#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <ctime>

#include "chassis/http/connection_detail.hpp"

namespace kontor::http {
namespace {

namespace asio = boost::asio;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr Duration kPauseWithoutDescriptors = std::chrono::milliseconds(100);

std::string httpDate(Time now) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  return {text, size};
}

}  // namespace

Listener::Listener(runtime::Loop& loop, unsigned index, std::shared_ptr<ServerState> state)
    : loop_(loop), index_(index), state_(std::move(state)), acceptor_(loop.context()) {
  tick();
}

void Listener::listen(const tcp::endpoint& endpoint) {
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.set_option(ReusePort(true));
  acceptor_.bind(endpoint);
  acceptor_.listen(asio::socket_base::max_listen_connections);
  ++state_->listening;
}

task<void> Listener::acceptAll(std::shared_ptr<Listener> self) {
  while (self->acceptor_.is_open()) {
    tcp::socket socket(self->loop_.context());
    auto accept = [&](auto done) { self->acceptor_.async_accept(socket, std::move(done)); };
    auto accepting = runtime::asioAwait(accept);
    const runtime::IoResult got = co_await accepting;
    if (!got.failure) {
      self->admit(std::move(socket));
    } else if (got.failure == asio::error::no_descriptors || got.failure == asio::error::no_buffer_space ||
               got.failure == asio::error::no_memory) {
      // The client waits in the backlog; accepting again at once would spin.
      self->state_->handler.noteRefusal(0, "no connection can be accepted: " + got.failure.message());
      co_await runtime::sleep(kPauseWithoutDescriptors);
    }
  }
}

void Listener::admit(tcp::socket socket) {
  boost::system::error_code ignored;  // a client that is gone already shows at the first read
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  if (state_->connections >= state_->settings.connections) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    socket.write_some(asio::buffer(kFull), ignored);
    state_->handler.noteRefusal(503, "too many connections");
    return;
  }
  loop_.spawnHere(Connection::serve(std::make_unique<Connection>(shared_from_this(), std::move(socket))));
}

Duration Listener::sweepPeriod() const {
  const Duration shortest = std::min(state_->settings.header_time, state_->settings.idle_time);
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(250));
}

task<void> Listener::sweepAll(std::shared_ptr<Listener> self) {
  while (!self->closed_) {
    self->tick();
    for (Connection* connection : self->connections_) connection->sweep(self->coarse_now_);
    co_await runtime::sleep(self->sweepPeriod());
  }
}

void Listener::tick() {
  coarse_now_ = loop_.now();
  const Time now = state_->clock.now();
  const std::int64_t second = toMicros(now) / 1'000'000;
  if (second == date_second_) return;
  date_second_ = second;
  date_line_ = httpDate(now);
}

void Listener::stopAccepting() {
  if (!acceptor_.is_open()) return;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  --state_->listening;
}

void Listener::closeAll() {
  closed_ = true;
  for (Connection* connection : connections_) connection->cut();
}

void Listener::leave(Connection& connection) { connections_.erase(&connection); }

}  // namespace kontor::http
