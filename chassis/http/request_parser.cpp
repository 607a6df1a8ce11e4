#include "chassis/http/request_parser.hpp"

#include <limits>

#include "chassis/base/error.hpp"
#include "chassis/http/chunked_detail.hpp"
#include "chassis/http/plain_head.hpp"
#include "chassis/http/server.hpp"

namespace kontor::http {
namespace {

namespace beast = boost::beast;

Error malformed(std::string_view what) {
  return Error(Code::kInvalidArgument, "MALFORMED_REQUEST", "the HTTP request is malformed: " + std::string(what));
}

Error tooMuch(int status, std::string reason, std::string_view what, std::int64_t limit) {
  return Error(Code::kInvalidArgument, std::move(reason),
               "the request's " + std::string(what) + " are over the limit of " + std::to_string(limit))
      .withStatus(status);
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

/// Beast's parser core, without its containers: heads become views, bodies go to the caller's sink.
class RequestParser::Beast final : public beast::http::basic_parser<true> {
 public:
  Beast() {
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);  // both are counted by the caller
    eager(true);
  }
  RequestHead* into = nullptr;
  const Sink* sink = nullptr;
  int http_version = 0;  // 11 for HTTP/1.1
  std::size_t trailers = 0;

 private:
  using Failure = beast::error_code;
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text method, Text target, int version, Failure&) override {
    http_version = version;
    into->method = view(method);
    into->target = view(target);
  }
  void on_response_impl(int, Text, int, Failure&) override {}
  void on_field_impl(beast::http::field, Text name, Text value, Failure& failure) override {
    if (into != nullptr) {
      into->headers.push_back({view(name), view(value)});
    } else if (++trailers > 20) {
      failure = beast::http::error::header_limit;
    }
  }
  void on_header_impl(Failure&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Failure&) override {}
  std::size_t on_body_impl(Text piece, Failure&) override { return give(piece); }
  void on_chunk_header_impl(std::uint64_t, Text, Failure&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Failure&) override { return give(piece); }
  void on_finish_impl(Failure&) override {}

  std::size_t give(Text piece) const {
    (*sink)(view(piece));
    return piece.size();
  }
};

/// Beast's parser reads one message; a new one is made in the same place for the next.
struct RequestParser::Slot {
  std::optional<Beast> beast;
};

RequestParser::RequestParser(const ServerSettings& settings) : settings_(settings), slot_(std::make_unique<Slot>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::checkSize(std::size_t seen) const {
  const auto bytes = static_cast<std::int64_t>(seen);
  // 64 bytes are ample for method and version.
  if (lines_ == 0 && bytes > settings_.target_bytes + 64) {
    throw tooMuch(414, "TARGET_TOO_LONG", "target's bytes", settings_.target_bytes);
  }
  if (bytes > settings_.header_bytes) {
    throw tooMuch(431, "HEADERS_TOO_LARGE", "header bytes", settings_.header_bytes);
  }
}

/// Where the head ends, or 0; throws for what Beast would let pass.
std::size_t RequestParser::findHeadEnd(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n', line_start_);
    checkSize(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end == std::string_view::npos) return 0;
    const std::string_view line = bytes.substr(line_start_, end - line_start_);
    if (!line.ends_with('\r')) throw malformed("a line ends with LF alone; lines end with CRLF");
    if (line.starts_with(' ') || line.starts_with('\t')) throw malformed("a header line is folded over two lines");
    line_start_ = end + 1;
    if (line == "\r") return line_start_;
    if (++lines_ > settings_.headers + 1) throw tooMuch(431, "TOO_MANY_HEADERS", "headers", settings_.headers);
  }
}

std::size_t RequestParser::head(std::string_view bytes, RequestHead& head) {
  if (bytes == "\r") return 0;
  // One empty line before a request is forgiven (RFC 9112, 2.2): old clients send it after a body.
  const std::size_t skipped = bytes.starts_with("\r\n") ? 2 : 0;
  bytes.remove_prefix(skipped);
  const std::size_t end = findHeadEnd(bytes);
  if (end == 0) return 0;
  line_start_ = 0;
  lines_ = 0;
  plain_ = readPlainHead(bytes.substr(0, end), head, plain_keep_alive_);
  if (plain_) {
    expects_continue_ = false;
    checkTarget(head);
    splitTarget(head);
  } else {
    readStrictly(bytes.substr(0, end), head);
  }
  return skipped + end;
}

void RequestParser::readStrictly(std::string_view bytes, RequestHead& head) {
  head.headers.clear();
  Beast& beast = slot_->beast.emplace();
  beast.into = &head;
  beast::error_code failure;
  beast.put(boost::asio::const_buffer(bytes.data(), bytes.size()), failure);
  beast.into = nullptr;
  if (failure && failure != beast::http::error::need_more) throw malformed(failure.message());
  if (!beast.is_header_done()) throw malformed("its head does not end");
  judge(head);
}

void RequestParser::checkTarget(const RequestHead& head) const {
  if (static_cast<std::int64_t>(head.target.size()) <= settings_.target_bytes) return;
  throw tooMuch(414, "TARGET_TOO_LONG", "target's bytes", settings_.target_bytes);
}

void RequestParser::judge(RequestHead& head) {
  checkTarget(head);
  const std::size_t hosts = head.count("Host");
  if (hosts > 1 || (hosts == 0 && slot_->beast->http_version == 11)) {
    throw malformed("HTTP/1.1 needs exactly one Host header");
  }
  judgeLength(head);
  judgeTarget(head);
  const auto expectation = head.find("Expect");
  if (expectation && !equalsIgnoringCase(*expectation, "100-continue")) {
    throw Error(Code::kInvalidArgument, "EXPECTATION_FAILED", "the only expectation understood is 100-continue")
        .withStatus(417);
  }
  expects_continue_ = expectation.has_value() && slot_->beast->http_version == 11;
}

/// The cases of request smuggling: a length that two readers could understand differently.
void RequestParser::judgeLength(const RequestHead& head) const {
  if (head.count("Content-Length") > 1) throw malformed("it has more than one Content-Length");
  const auto length = head.find("Content-Length");
  if (length && length->find_first_not_of("0123456789") != std::string_view::npos) {
    throw malformed("its Content-Length is no number");
  }
  const auto coding = head.find("Transfer-Encoding");
  if (!coding) return;
  if (length) throw malformed("it has both Content-Length and Transfer-Encoding");
  if (head.count("Transfer-Encoding") > 1 || slot_->beast->http_version < 11 ||
      !equalsIgnoringCase(*coding, "chunked")) {
    throw malformed("the only Transfer-Encoding understood is a single \"chunked\", in HTTP/1.1");
  }
}

void RequestParser::judgeTarget(RequestHead& head) const {
  for (const char c : head.target) {
    if (static_cast<unsigned char>(c) > 126 || c == '#') throw malformed("its target holds bytes that a URI may not");
  }
  if (head.target.starts_with("http://") || head.target.starts_with("https://")) {
    const std::size_t path = head.target.find('/', head.target.find("//") + 2);
    head.target = path == std::string_view::npos ? std::string_view("/") : head.target.substr(path);
  }
  const bool everything = head.target == "*" && head.method == "OPTIONS";
  if (!head.target.starts_with('/') && !everything) throw malformed("its target is no absolute path");
  splitTarget(head);
}

bool RequestParser::hasBody() const { return !plain_ && slot_->beast && !slot_->beast->is_done(); }

std::optional<std::int64_t> RequestParser::contentLength() const {
  const auto length = plain_ ? boost::none : slot_->beast->content_length();
  if (!length) return std::nullopt;
  // More than int64 holds is over any limit all the same.
  return static_cast<std::int64_t>(std::min<std::uint64_t>(*length, std::numeric_limits<std::int64_t>::max()));
}

bool RequestParser::keepAlive() const { return plain_ ? plain_keep_alive_ : slot_->beast->keep_alive(); }
bool RequestParser::oldVersion() const { return !plain_ && slot_->beast && slot_->beast->http_version < 11; }
bool RequestParser::expectsContinue() const { return expects_continue_; }

std::size_t RequestParser::body(std::string_view bytes, const Sink& sink) {
  if (plain_) return 0;
  slot_->beast->sink = &sink;
  beast::error_code failure;
  const std::size_t used = feed(*slot_->beast, bytes, failure);
  if (failure) throw malformed("its body cannot be read: " + failure.message());
  slot_->beast->sink = nullptr;
  return used;
}

bool RequestParser::done() const { return plain_ || !slot_->beast || slot_->beast->is_done(); }

}  // namespace kontor::http
