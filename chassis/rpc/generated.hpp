#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <utility>

#include "chassis/rpc/channel.hpp"
#include "chassis/rpc/face.hpp"

// What generated services stand on; only generated .cpp files include it.
namespace kontor::rpc {

/// Calls `method` over `channel`: what every method of a generated client does.
template <class Response, class Request>
task<Response> callRemote(const Method& method, std::shared_ptr<Channel> channel, Context context, Request request) {
  MessagePtr message = std::make_unique<Request>(std::move(request));
  task<MessagePtr> call = channel->call(method, std::move(context), std::move(message));
  MessagePtr answer = co_await call;
  KONTOR_ASSERT(answer && answer->GetDescriptor() == Response::descriptor(), "a channel answered with another type");
  co_return std::move(static_cast<Response&>(*answer));
}

/// The answer of a typed call as a message of any type.
template <class Response>
task<MessagePtr> boxed(task<Response> work) {
  Response response = co_await work;
  co_return std::make_unique<Response>(std::move(response));
}

namespace detail {

template <class Function>
struct Signature;
template <class Service, class Request, class Response>
struct Signature<task<Response> (Service::*)(Context, Request)> {
  using ServiceType = Service;
  using RequestType = Request;
};

}  // namespace detail

/// Method::invoke of one method of a generated interface.
template <auto kFunction>
task<MessagePtr> invoke(Service& service, Context context, MessagePtr request) {
  using Signature = detail::Signature<decltype(kFunction)>;
  using Request = typename Signature::RequestType;
  KONTOR_ASSERT(request && request->GetDescriptor() == Request::descriptor(), "a request of another method's type");
  auto& target = static_cast<typename Signature::ServiceType&>(service);
  return boxed((target.*kFunction)(std::move(context), std::move(static_cast<Request&>(*request))));
}

}  // namespace kontor::rpc
