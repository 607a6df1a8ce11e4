#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "chassis/http/message.hpp"

namespace kontor::http {

struct ServerSettings;

/// Takes one connection's bytes apart into requests; strict: what two readers could take differently is refused.
///
/// Pure: no I/O. Plain requests are read in one pass; of others Beast reads the tokens, and what Beast would let pass
/// (folded lines, both lengths, several Hosts, bytes beyond ASCII in the target) is refused here. Every refusal is an
/// Error whose status is to be answered before the connection is closed, since what follows cannot be trusted to be a
/// request.
class RequestParser {
 public:
  /// `settings` outlives the parser.
  explicit RequestParser(const ServerSettings& settings);
  ~RequestParser();

  /// Reads a head at the front of `bytes`: its size, or 0 when it has not all come yet. `head` then shows into `bytes`.
  /// Call again with the same front and more behind it. Throws Error.
  std::size_t head(std::string_view bytes, RequestHead& head);

  /// What the head just read says of the rest.
  bool hasBody() const;
  /// Bytes of the body if announced; nothing for a chunked one.
  std::optional<std::int64_t> contentLength() const;
  bool keepAlive() const;
  /// HTTP/1.0, whose connections end unless both sides say otherwise.
  bool oldVersion() const;
  bool expectsContinue() const;

  using Sink = std::function<void(std::string_view piece)>;
  /// Reads body bytes at the front of `bytes`, gives them decoded to `sink`; returns how many were used up, which may
  /// be 0 until more come. Throws Error.
  std::size_t body(std::string_view bytes, const Sink& sink);
  /// The body ended: `head` may be called for the next request.
  bool done() const;

 private:
  class Beast;
  std::size_t findHeadEnd(std::string_view bytes);
  void checkSize(std::size_t seen) const;
  void readStrictly(std::string_view bytes, RequestHead& head);
  void checkTarget(const RequestHead& head) const;
  void judge(RequestHead& head);
  void judgeLength(const RequestHead& head) const;
  void judgeTarget(RequestHead& head) const;

  const ServerSettings& settings_;
  struct Slot;
  std::unique_ptr<Slot> slot_;
  std::size_t line_start_ = 0;  // where the first line that has not all come yet begins
  int lines_ = 0;
  bool expects_continue_ = false;
  bool plain_ = false;  // the head was read by `readPlainHead`: what follows is no body
  bool plain_keep_alive_ = false;
};

}  // namespace kontor::http
