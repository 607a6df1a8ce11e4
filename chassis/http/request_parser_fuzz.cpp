// The bytes of a connection, read as requests.
//
// Input: one byte that says how the rest is cut into pieces, and the bytes of the connection. However they are cut, the
// same requests must come out: a reader that depends on packets' borders is how requests are smuggled. And what the
// reader of plain heads takes, the strict one must take in the same way.
// Seeds: testdata/fuzz/request_parser_fuzz.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/http/message.hpp"
#include "chassis/http/request_parser.hpp"
#include "chassis/http/server.hpp"
#include "chassis/http/uri.hpp"

namespace kontor::http {
namespace {

/// What a connection brought.
struct Seen {
  std::vector<std::string> requests;  // whole ones: head, NUL, body
  int refused = 0;                    // the status of the refusal that ended it
  bool short_rest = false;            // ends within a body, in fewer bytes than a last chunk has
};

std::string describe(const RequestHead& head) {
  std::string text = std::string(head.method) + " " + std::string(head.target) + "\n";
  for (const Header& each : head.headers) {
    text += std::string(each.name) + ": " + std::string(each.value) + "\n";
  }
  parseQuery(head.query);
  percentDecode(head.path);
  return text + '\0';
}

/// A head that announces nothing, read once more with "Content-Length: 0", which leads it past the plain reader.
void compareWithStrict(const ServerSettings& settings, std::string_view bytes, const RequestParser& plain,
                       const std::string& described) {
  std::string longer(bytes.substr(0, bytes.size() - 2));
  longer += "Content-Length: 0\r\n\r\n";
  RequestParser strict(settings);
  RequestHead head;
  std::string again;
  try {
    if (strict.head(longer, head) != longer.size()) std::abort();
    head.headers.pop_back();
    again = describe(head);
  } catch (const Error& error) {
    if (error.status() == 431) return;  // the added line was one too many
    again = error.what();
  }
  if (again == described && strict.keepAlive() == plain.keepAlive()) return;
  std::fprintf(stderr, "plain:\n%s\nstrict:\n%s\n", described.c_str(), again.c_str());
  std::abort();
}

/// Reads as a connection does: bytes gather at the end of a buffer, the parser uses them up at its front.
class Connection {
 public:
  void take(std::string_view piece) {
    if (seen.refused != 0) return;
    unread_ += piece;
    try {
      while (step()) {
      }
      seen.short_rest = in_body_ && unread_.size() < 5;
    } catch (const Error& error) {
      seen.refused = error.status();
    }
  }

  Seen seen;

 private:
  bool step() { return in_body_ ? readBody() : readHead(); }

  bool readHead() {
    RequestHead head;
    const std::size_t size = parser_.head(unread_, head);
    if (size == 0) return false;
    request_ = describe(head);
    if (!head.find("Content-Length") && !head.find("Transfer-Encoding")) {
      compareWithStrict(settings_, std::string_view(unread_).substr(0, size), parser_, request_);
    }
    unread_.erase(0, size);
    in_body_ = true;
    if (!parser_.hasBody()) finish();
    return true;
  }

  bool readBody() {
    const std::size_t used = parser_.body(unread_, [this](std::string_view piece) { request_ += piece; });
    if (used > unread_.size()) std::abort();
    unread_.erase(0, used);
    if (!parser_.done()) return used > 0;
    finish();
    return true;
  }

  void finish() {
    seen.requests.push_back(std::move(request_));
    in_body_ = false;
  }

  ServerSettings settings_;
  RequestParser parser_{settings_};
  std::string unread_;
  std::string request_;
  bool in_body_ = false;
};

Seen readInPieces(std::string_view bytes, std::size_t piece) {
  Connection connection;
  for (std::size_t at = 0; at < bytes.size(); at += piece) connection.take(bytes.substr(at, piece));
  return connection.seen;
}

/// The same came of both, but that who has read a bad rest in pieces may still be waiting for more of it.
bool agree(const Seen& whole, const Seen& pieces) {
  if (whole.requests != pieces.requests) return false;
  return (whole.refused != 0) == (pieces.refused != 0) || (pieces.refused == 0 && pieces.short_rest);
}

}  // namespace
}  // namespace kontor::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using kontor::http::Seen;
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Seen whole = kontor::http::readInPieces(input, input.size());
  const Seen pieces = kontor::http::readInPieces(input, bytes[0] % 16U + 1);
  if (!kontor::http::agree(whole, pieces)) {
    std::fprintf(stderr, "whole: %zu requests, refused %d; in pieces: %zu, refused %d\n", whole.requests.size(),
                 whole.refused, pieces.requests.size(), pieces.refused);
    std::abort();
  }
  return 0;
}
