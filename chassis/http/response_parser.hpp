#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "chassis/http/client.hpp"

namespace kontor::http {

/// Puts one answer together from the bytes of a connection. Pure: no I/O.
class ResponseParser {
 public:
  using Sink = std::function<void(std::string_view piece)>;

  /// `head_only`: the answer to a HEAD, whose Content-Length announces nothing. A body above `most_bytes` is an error,
  /// unless `sink` takes it piece by piece: that of a success (2xx) goes there, when there is one.
  ResponseParser(bool head_only, std::int64_t most_bytes, Sink sink = nullptr);
  ~ResponseParser();

  /// Takes the next bytes; throws UNAVAILABLE (`mayHaveRun`) when they are no HTTP answer or it is too large.
  void feed(std::string_view bytes);
  bool done() const;
  /// True when the answer has no length: it ends when the server closes.
  bool endsWithConnection() const;
  bool keepAlive() const;
  /// The answer; call once, when it is done.
  Answer take();

 private:
  class Beast;
  std::unique_ptr<Beast> beast_;
  std::string unread_;
};

}  // namespace kontor::http
