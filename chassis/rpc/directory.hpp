#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "chassis/rpc/face.hpp"
#include "chassis/rpc/method.hpp"

namespace kontor::rpc {

class Channel;

/// Where each contract is served, decided by configuration before anything starts: here, or over a channel.
///
/// A service asks for `directory.client<inventory::v1::Inventory>()` and gets the local face or the remote client; it
/// cannot tell which. Faces may be taken before their target is bound, so services can need each other. Filled at
/// start on one thread; read-only and thread-safe after.
class Directory {
 public:
  explicit Directory(std::shared_ptr<CallObserver> observer) : observer_(std::move(observer)) {}
  /// Lets go of every service of this process; none is called after.
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  /// Serves a contract in this process. Asserts that it is served once.
  template <class Interface>
  void provide(std::shared_ptr<Interface> service) {
    bindingOf(Interface::kName).bind(std::move(service));
  }

  /// Says that a contract is served elsewhere. Before the first `client` of it.
  void route(std::string_view contract, std::shared_ptr<Channel> channel);

  /// What callers of a contract hold: a face of the local service, or a client over the channel.
  template <class Interface>
  std::shared_ptr<Interface> client() {
    if (auto channel = channelOf(Interface::kName)) return std::make_shared<typename Interface::Client>(channel);
    return std::make_shared<typename Interface::Face>(shareBinding(Interface::kName));
  }

  /// Throws FAILED_PRECONDITION naming the contracts that were asked for and are served nowhere.
  void requireComplete() const;

 private:
  Binding& bindingOf(std::string_view contract) { return *shareBinding(contract); }
  std::shared_ptr<Binding> shareBinding(std::string_view contract);
  std::shared_ptr<Channel> channelOf(std::string_view contract) const;

  std::shared_ptr<CallObserver> observer_;
  std::map<std::string, std::shared_ptr<Binding>, std::less<>> bindings_;
  std::map<std::string, std::shared_ptr<Channel>, std::less<>> channels_;
};

}  // namespace kontor::rpc
