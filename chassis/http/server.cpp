#include "chassis/http/server.hpp"

#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/http/body_receiver.hpp"
#include "chassis/http/listener_detail.hpp"
#include "chassis/runtime/real_environment.hpp"

namespace kontor::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr Duration kPoll = std::chrono::milliseconds(5);
/// How long connections that were cut may take to notice.
constexpr Duration kCutTime = std::chrono::seconds(1);

Error cannotListen(const tcp::endpoint& endpoint, const boost::system::error_code& failure) {
  const std::string port = std::to_string(endpoint.port());
  if (failure == asio::error::address_in_use) {
    return Error(Code::kFailedPrecondition, "PORT_IN_USE",
                 "port " + port + " is in use (by another process); choose another with PORT=…");
  }
  return Error(Code::kFailedPrecondition, "cannot listen on " + endpoint.address().to_string() + " port " + port +
                                              ": " + failure.message() + "; choose another address or port");
}

/// Binds once without SO_REUSEPORT: with it alone, two Kontors would share a port and its callers unnoticed. Returns
/// the endpoint with the port that the system chose when any was asked for.
tcp::endpoint proveFree(asio::io_context& context, const tcp::endpoint& wanted) {
  tcp::acceptor probe(context);
  boost::system::error_code failure;
  probe.open(wanted.protocol(), failure);
  if (!failure) probe.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) probe.bind(wanted, failure);
  if (failure) throw cannotListen(wanted, failure);
  return probe.local_endpoint();
}

tcp::endpoint endpointOf(const ServerSettings& settings) {
  boost::system::error_code failure;
  const auto address = asio::ip::make_address(settings.address, failure);
  if (failure) {
    throw Error(Code::kFailedPrecondition, "the address to listen on, \"" + settings.address +
                                               "\", is no IP address; take 127.0.0.1, or 0.0.0.0 for all");
  }
  if (settings.port < 0 || settings.port > 65535) {
    throw Error(Code::kFailedPrecondition, "the port " + std::to_string(settings.port) + " is not within 0 to 65535");
  }
  return {address, static_cast<std::uint16_t>(settings.port)};
}

}  // namespace

struct Server::Impl {
  std::shared_ptr<ServerState> state;
  std::vector<std::shared_ptr<Listener>> listeners;
  tcp::endpoint endpoint;

  void onEveryLoop(void (*act)(Listener&)) const {
    for (const auto& listener : listeners) {
      listener->loop().post([listener, act] { act(*listener); });
    }
  }
};

Server::Server(runtime::RealEnvironment& environment, ServerSettings settings, Handler& handler)
    : impl_(std::make_unique<Impl>()) {
  const tcp::endpoint wanted = endpointOf(settings);
  if (!settings.spool_folder.empty()) prepareSpool(settings.spool_folder);
  impl_->state = std::shared_ptr<ServerState>(new ServerState{std::move(settings), handler, environment.clock()});
  impl_->endpoint = proveFree(environment.loops().front()->context(), wanted);
  for (const auto& loop : environment.loops()) {
    const auto index = static_cast<unsigned>(impl_->listeners.size());
    auto listener = std::make_shared<Listener>(*loop, index, impl_->state);
    try {
      listener->listen(impl_->endpoint);
    } catch (const boost::system::system_error& failure) {
      throw cannotListen(impl_->endpoint, failure.code());
    }
    impl_->listeners.push_back(std::move(listener));
  }
}

Server::~Server() = default;

void Server::start() {
  for (const auto& listener : impl_->listeners) {
    listener->loop().spawn(Listener::acceptAll(listener));
    listener->loop().spawn(Listener::sweepAll(listener));
  }
}

int Server::port() const { return impl_->endpoint.port(); }

std::string Server::url() const {
  const auto address = impl_->endpoint.address();
  std::string host = address.is_unspecified() ? "127.0.0.1" : address.to_string();
  if (address.is_v6() && !address.is_unspecified()) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(port());
}

int Server::connections() const { return impl_->state->connections; }

task<bool> Server::drain(Duration longest) {
  ServerState& state = *impl_->state;
  runtime::Executor& here = runtime::Executor::current();
  state.draining = true;
  impl_->onEveryLoop([](Listener& listener) { listener.stopAccepting(); });
  const SteadyTime until = here.now() + longest;
  while (state.running > 0 && here.now() < until) co_await runtime::sleep(kPoll);
  const bool clean = state.running == 0;
  impl_->onEveryLoop([](Listener& listener) { listener.closeAll(); });
  const SteadyTime cut_until = here.now() + kCutTime;
  while (state.connections + state.listening > 0 && here.now() < cut_until) co_await runtime::sleep(kPoll);
  co_return clean;
}

}  // namespace kontor::http
