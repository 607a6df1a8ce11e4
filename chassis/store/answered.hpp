#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "chassis/rpc/context.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::store {

/// Runs `effect` once per idempotency key, inside `transaction`, and answers repeats with the first answer.
///
/// Without a key it just runs the effect. `effect` is a callable () -> task<Response> (a protobuf message) that works
/// in `transaction`; it must outlive the call. An answer over 16 KiB is kept as a mark only: `reread` () ->
/// task<Response> then answers from the entity as it is.
template <class Response, class Effect, class Reread>
task<Response> answered(Transaction& transaction, const rpc::Context& context, Effect& effect, Reread& reread) {
  const auto& key = context.idempotency();
  if (!key) {
    task<Response> work = effect();
    co_return co_await work;
  }
  const std::optional<SavedAnswer> saved = co_await transaction.answerOnce(*key);
  if (saved && saved->truncated) {
    task<Response> again = reread();
    co_return co_await again;
  }
  if (saved) {
    Response response;
    KONTOR_ASSERT(response.ParseFromString(saved->body), "a kept answer is of the method's own type");
    co_return response;
  }
  task<Response> work = effect();
  Response response = co_await work;
  SavedAnswer answer{200, response.SerializeAsString(), false};
  co_await transaction.saveAnswer(*key, std::move(answer));
  co_return response;
}

/// The first answer to the call's key, for a method whose repeat must not be judged again before its transaction (a
/// password that is the old one by now). Nothing without a key, for a new one, and for an answer too large to be kept.
template <class Response>
task<std::optional<Response>> firstAnswer(SqlStore& store, rpc::Context context) {
  if (!context.idempotency()) co_return std::nullopt;
  auto body = [key = *context.idempotency()](Transaction& in) -> task<std::optional<SavedAnswer>> {
    co_return co_await in.answerOnce(key);
  };
  const std::optional<SavedAnswer> saved = co_await store.transact(std::move(context), std::move(body));
  if (!saved || saved->truncated) co_return std::nullopt;
  Response response;
  KONTOR_ASSERT(response.ParseFromString(saved->body), "a kept answer is of the method's own type");
  co_return response;
}

/// The same for an act outside `store` that is safe to repeat under its key: done first, its answer kept after. A crash
/// between the two has it done twice.
template <class Response>
task<Response> answeredAround(SqlStore& store, rpc::Context context, std::function<task<Response>()> act) {
  const std::optional<Response> first = co_await firstAnswer<Response>(store, context);
  if (first) co_return *first;
  task<Response> work = act();
  Response response = co_await work;
  if (!context.idempotency()) co_return response;
  auto keep = [context, response](Transaction& in) -> task<void> {
    auto effect = [&]() -> task<Response> { co_return response; };
    co_await answered<Response>(in, context, effect, effect);
  };
  co_await store.transact(context, std::move(keep));
  co_return response;
}

}  // namespace kontor::store
