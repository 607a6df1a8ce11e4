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
    for (Message& message : due) co_await trySend(std::move(message));
  }
}

task<void> Sender::trySend(Message message) {
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
  auto note = [store = store_, after](store::Transaction& in) { return store->settle(in, after); };
  const bool noted = co_await database_->transact(rpc::Context::forService("notification"), std::move(note));
  if (!noted) log_.warn("a message was settled by another while it was sent", {{"kontor.message", after.id}});
}

}  // namespace kontor::notification
