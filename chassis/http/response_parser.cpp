#include "chassis/http/response_parser.hpp"

#include "chassis/base/error.hpp"
#include "chassis/http/chunked_detail.hpp"
#include "chassis/http/message.hpp"

namespace kontor::http {
namespace {

namespace beast = boost::beast;

Error unreadable(const std::string& why) {
  return Error(Code::kUnavailable, "BAD_ANSWER", "the server's answer cannot be read: " + why).thatMayHaveRun();
}

}  // namespace

class ResponseParser::Beast final : public beast::http::basic_parser<false> {
 public:
  Beast(bool head_only, std::int64_t most_bytes, Sink sink) : most_bytes_(most_bytes), sink_(std::move(sink)) {
    body_limit(boost::none);
    eager(true);
    skip(head_only);
  }
  Answer answer;

 private:
  using Failure = beast::error_code;
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text, Text, int, Failure&) override {}
  void on_response_impl(int status, Text, int, Failure&) override {
    answer.status = status;
    answer.headers.clear();
  }
  void on_field_impl(beast::http::field, Text name, Text value, Failure&) override {
    answer.headers.emplace_back(std::string(name), std::string(value));
  }
  void on_header_impl(Failure&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Failure&) override {}
  std::size_t on_body_impl(Text piece, Failure& failure) override { return give(piece, failure); }
  void on_chunk_header_impl(std::uint64_t, Text, Failure&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Failure& failure) override { return give(piece, failure); }
  void on_finish_impl(Failure&) override {}

  std::size_t give(Text piece, Failure& failure) {
    if (sink_ && answer.status >= 200 && answer.status < 300) {
      sink_({piece.data(), piece.size()});
      return piece.size();
    }
    if (static_cast<std::int64_t>(answer.body.size() + piece.size()) > most_bytes_) {
      failure = beast::http::error::body_limit;
      return 0;
    }
    answer.body.append(piece.data(), piece.size());
    return piece.size();
  }

  std::int64_t most_bytes_;
  Sink sink_;
};

ResponseParser::ResponseParser(bool head_only, std::int64_t most_bytes, Sink sink)
    : beast_(std::make_unique<Beast>(head_only, most_bytes, std::move(sink))) {}
ResponseParser::~ResponseParser() = default;

void ResponseParser::feed(std::string_view bytes) {
  unread_.append(bytes);
  beast::error_code failure;
  const std::size_t used = http::feed(*beast_, unread_, failure);
  if (failure) throw unreadable(failure.message());
  unread_.erase(0, used);
}

bool ResponseParser::done() const { return beast_->is_done(); }
bool ResponseParser::endsWithConnection() const { return beast_->is_header_done() && beast_->need_eof(); }
bool ResponseParser::keepAlive() const { return beast_->is_done() && beast_->keep_alive() && unread_.empty(); }
Answer ResponseParser::take() { return std::move(beast_->answer); }

}  // namespace kontor::http
