#include "chassis/rpc/directory.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/rpc/channel.hpp"

namespace kontor::rpc {

void Directory::route(std::string_view contract, std::shared_ptr<Channel> channel) {
  KONTOR_ASSERT(!bindings_.contains(contract), "a contract is served here or elsewhere, not both");
  channels_.emplace(contract, std::move(channel));
}

std::shared_ptr<Binding> Directory::shareBinding(std::string_view contract) {
  KONTOR_ASSERT(!channels_.contains(contract), "a contract is served here or elsewhere, not both");
  auto found = bindings_.find(contract);
  if (found == bindings_.end()) found = bindings_.emplace(contract, std::make_shared<Binding>(observer_)).first;
  return found->second;
}

std::shared_ptr<Channel> Directory::channelOf(std::string_view contract) const {
  const auto found = channels_.find(contract);
  return found == channels_.end() ? nullptr : found->second;
}

// Services may hold faces of each other in a ring, and faces hold their bindings.
Directory::~Directory() {
  for (auto& [contract, binding] : bindings_) binding->bind(nullptr);
}

void Directory::requireComplete() const {
  std::string missing;
  for (const auto& [contract, binding] : bindings_) {
    if (!binding->bound()) missing += (missing.empty() ? "" : ", ") + contract;
  }
  if (missing.empty()) return;
  throw Error(Code::kFailedPrecondition, "SERVICE_NOT_PLACED",
              "no service of this process answers for " + missing + "; add it to `services` or say where it runs");
}

}  // namespace kontor::rpc
