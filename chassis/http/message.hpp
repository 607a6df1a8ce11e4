#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kontor::http {

/// One header line; names compare without regard to case.
struct Header {
  std::string_view name;
  std::string_view value;
};

bool equalsIgnoringCase(std::string_view a, std::string_view b);

/// A request's first line and headers as views: into the connection's buffer while `Handler::head` runs, else into the
/// Request that holds them.
struct RequestHead {
  std::string_view method;  // "GET"; HTTP's methods are case-sensitive
  std::string_view target;  // as sent: "/a%20b?c=d"
  std::string_view path;    // up to the question mark, still percent-encoded
  std::string_view query;   // after it; empty when there is none
  std::string_view peer;    // the caller's IP address
  unsigned loop = 0;        // which of the server's loops reads it, for what a handler keeps for each
  bool has_body = false;    // one is announced
  std::vector<Header> headers;

  /// The first header of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The first header of that name, or "".
  std::string_view header(std::string_view name) const { return find(name).value_or(std::string_view{}); }
  std::size_t count(std::string_view name) const;
};

/// Splits a target into path and query.
void splitTarget(RequestHead& head);

/// A request's body: in memory, or spooled to a file that is deleted with the body unless it is taken.
class Body {
 public:
  Body() = default;
  explicit Body(std::string text) : text_(std::move(text)), size_(static_cast<std::int64_t>(text_.size())) {}
  /// Owns the file at `path`, of `size` bytes.
  Body(std::string path, std::int64_t size) : file_(std::move(path)), size_(size) {}
  Body(Body&& other) noexcept { swap(other); }
  Body& operator=(Body&& other) noexcept {
    Body(std::move(other)).swap(*this);
    return *this;
  }
  ~Body();

  /// Bytes.
  std::int64_t size() const { return size_; }
  bool spooled() const { return !file_.empty(); }
  /// The bytes in memory; empty when spooled.
  const std::string& text() const { return text_; }
  std::string takeText() { return std::move(text_); }
  /// The spool file's path; empty when in memory.
  const std::string& file() const { return file_; }
  /// As `file`, but the caller deletes it from now on.
  std::string takeFile() { return std::exchange(file_, {}); }

 private:
  void swap(Body& other) noexcept;

  std::string text_;
  std::string file_;
  std::int64_t size_ = 0;
};

/// A whole request; owns all that it shows. Movable; its views stay valid across moves.
class Request {
 public:
  Request() = default;
  /// Copies what the views of `head` show.
  explicit Request(const RequestHead& head, Body content = {});
  /// For tests and callers without a socket: Request("GET", "/v1/a?b=c", {{"accept", "*/*"}}).
  Request(std::string_view method, std::string_view target, std::vector<Header> headers = {}, std::string content = {});

  const RequestHead& head() const { return head_; }
  std::string_view method() const { return head_.method; }
  std::string_view path() const { return head_.path; }
  std::string_view query() const { return head_.query; }
  std::string_view header(std::string_view name) const { return head_.header(name); }

  Body body;
  /// What the handler noted in its BodyPolicy for this request.
  const void* tag = nullptr;

 private:
  RequestHead head_;
  std::unique_ptr<char[]> bytes_;
};

/// An open file that is closed with its owner.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~OpenFile();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// An answer. The server adds Date, Content-Length and Connection; nothing else may.
struct Response {
  struct File {
    OpenFile file;
    std::int64_t size;  // bytes sent from its start
  };
  /// Bytes prepared once and sent to many.
  using Shared = std::shared_ptr<const std::string>;

  int status = 200;
  /// Whole lines, each with its CRLF: one allocation for all. Written by `add`.
  std::string header_lines;
  std::variant<std::string, Shared, File> body;

  Response() = default;
  explicit Response(int http_status) : status(http_status) {}
  Response(int http_status, std::string_view content_type, std::string text);

  /// Adds a header; throws INTERNAL when name or value would break out of its line.
  Response& add(std::string_view name, std::string_view value);
  std::optional<std::string_view> find(std::string_view name) const;
  /// The body in memory; empty for a file.
  std::string_view text() const;
  /// Bytes of the body.
  std::int64_t size() const;
};

/// A file as an answer's body; it may be unlinked while it is sent. Throws UNAVAILABLE when it cannot be opened.
Response::File openFile(const std::string& path);

/// "Not Found" for 404; empty for a status without a phrase.
std::string_view statusPhrase(int status);

}  // namespace kontor::http
