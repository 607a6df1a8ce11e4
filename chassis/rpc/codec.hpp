#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string_view>

#include "chassis/json/reader.hpp"
#include "chassis/rpc/method.hpp"

// What generated .cpp files make their codecs of; nobody else needs it.
namespace kontor::rpc {

/// The codec of a generated message. Its functions (readJson, writeJson, validate, and where the message has them
/// setField and httpStatus) are found by the message's namespace.
template <class Message>
constexpr MessageCodec codecFor(std::string_view full_name) {
  using Base = google::protobuf::Message;
  MessageCodec codec{};
  codec.full_name = full_name;
  codec.create = []() -> MessagePtr { return std::make_unique<Message>(); };
  codec.read_json = [](const json::Value& value, Base& message, json::Reader& reader) {
    readJson(value, static_cast<Message&>(message), reader);
  };
  codec.write_json = [](const Base& message, json::Writer& writer) {
    writeJson(static_cast<const Message&>(message), writer);
  };
  codec.validate = [](const Base& message, json::Reader& reader) {
    validate(static_cast<const Message&>(message), reader);
  };
  codec.set_field = [](Base& message, std::string_view name, std::string_view text, json::Reader& reader) {
    const json::Reader::Path path(reader, name);
    if constexpr (requires(Message& exact) { setField(exact, name, text, reader); }) {
      return setField(static_cast<Message&>(message), name, text, reader);
    } else {
      return false;
    }
  };
  codec.http_status = [](const Base& message) {
    if constexpr (requires(const Message& exact) { httpStatus(exact); }) {
      return httpStatus(static_cast<const Message&>(message));
    } else {
      return 0;
    }
  };
  return codec;
}

}  // namespace kontor::rpc
