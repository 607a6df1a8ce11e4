#include "services/notification/sender.hpp"

#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/sql.hpp"
#include "services/notification/store.hpp"
#include "services/notification/transport.hpp"

namespace kontor::notification {
namespace {

constexpr std::int64_t kAtOnce = 50;
// Longer than any transport takes for as many.
constexpr Duration kClaim = std::chrono::minutes(5);

}  // namespace

task<void> Sender::sendDue() {
  while (true) {
    auto claim = [store = store_](store::Transaction& in) { return store->claimDue(in, in.now() + kClaim, kAtOnce); };
    std::vector<Message> due = co_await database_->transact(rpc::Context::forService("notification"), std::move(claim));
    if (due.empty()) co_return;
    std::vector<Message> tried;
    for (Message& message : due) tried.push_back(co_await trySend(std::move(message)));
    co_await settle(std::move(tried));
  }
}

task<Message> Sender::trySend(Message message) {
  std::string reason;
  try {
    co_await transport_->send(message);
  } catch (const Error& error) {
    reason = error.reason() + ": " + error.message();
  } catch (const std::exception& failure) {
    reason = failure.what();
  }
  const Time now = environment_.clock().now();
  const bool gone = reason.empty();
  Message after = gone ? sent(message, transport_->name(), now) : notSent(message, reason, patience_, now);
  if (after.state == State::kFailed)
    log_.error("a message is given up", {{"kontor.message", after.id}, {"event.reason", after.failure}});
  co_return after;
}

task<void> Sender::settle(std::vector<Message> tried) {
  auto note = [store = store_, tried](store::Transaction& in) -> task<std::size_t> {
    std::size_t noted = 0;
    for (const Message& message : tried)
      if (co_await store->settle(in, message)) ++noted;
    co_return noted;
  };
  const std::size_t noted = co_await database_->transact(rpc::Context::forService("notification"), std::move(note));
  if (noted < tried.size()) log_.warn("messages were settled by another while they were sent");
}

}  // namespace kontor::notification
