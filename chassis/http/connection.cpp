#include <sys/sendfile.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/http/connection_detail.hpp"
#include "chassis/http/problem.hpp"

namespace kontor::http {
namespace {

namespace asio = boost::asio;
using runtime::IoResult;

constexpr std::size_t kHeadPiece = 2048;
constexpr std::size_t kBodyPiece = 64 * 1024;
// Up to this size, copying a body behind its head is cheaper than sending two pieces.
constexpr std::size_t kJoinedBody = 4 * 1024;
constexpr Duration kLingerTime = std::chrono::seconds(1);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

void appendNumber(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
}

}  // namespace

std::pair<char*, std::size_t> ReadBuffer::space(std::size_t least) {
  const std::size_t kept = end_ - begin_;
  if (kept == 0) begin_ = end_ = 0;
  if (capacity_ - end_ < least) {
    const std::size_t needed = std::max(kSmallest, std::max(kept + least, 2 * kept));
    if (needed > capacity_) {
      auto larger = std::make_unique_for_overwrite<char[]>(needed);
      if (kept > 0) std::memcpy(larger.get(), bytes_.get() + begin_, kept);
      bytes_ = std::move(larger);
      capacity_ = needed;
    } else if (kept > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, kept);
    }
    begin_ = 0;
    end_ = kept;
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

void ReadBuffer::shrink() {
  if (begin_ != end_ || capacity_ <= 4 * kSmallest) return;
  bytes_.reset();
  capacity_ = begin_ = end_ = 0;
}

Connection::Connection(std::shared_ptr<Listener> listener, Listener::tcp::socket socket)
    : listener_(std::move(listener)),
      socket_(std::move(socket)),
      parser_(listener_->state().settings),
      deadline_(listener_->coarseNow() + listener_->state().settings.header_time) {
  boost::system::error_code failure;
  const auto remote = socket_.remote_endpoint(failure);
  if (!failure) peer_ = remote.address().to_string();
  ++listener_->state().connections;
  listener_->join(*this);
}

Connection::~Connection() {
  listener_->leave(*this);
  if (running_) --listener_->state().running;
  --listener_->state().connections;
}

task<void> Connection::serve(std::unique_ptr<Connection> self) {
  Connection& here = *self;
  while (here.open_) {
    while (here.open_ && !here.takeHead()) {
      const auto [to, size] = here.in_.space(kHeadPiece);
      auto read = [&here, to = to, size = size](auto done) {
        here.socket_.async_read_some(asio::buffer(to, size), std::move(done));
      };
      auto reading = runtime::asioAwait(read);
      const IoResult got = co_await reading;
      here.received(got);
    }
    if (!here.open_) co_return;
    if (!here.answer_) {
      task<void> handling = here.answerWithHandler();
      co_await handling;
    }
    if (!here.answer_) co_return;  // the client left in the middle of its body
    here.beginAnswer();
    const Sent sent = here.sendSome();
    if (sent == Sent::kFailed) co_return;
    if (sent == Sent::kBlocked) {
      task<void> sending = here.sendRest();
      co_await sending;
    }
    here.endExchange();
  }
  task<void> parting = here.linger();
  co_await parting;
}

void Connection::received(const IoResult& got) {
  if (!got.failure && !timed_out_) {
    in_.filled(got.size);
  } else if (timed_out_ && began_) {
    keep_ = false;
    refuse(Error(Code::kCancelled, "REQUEST_TIMEOUT", "the request did not come in time; send it again, faster")
               .withStatus(408));
  } else {
    open_ = false;
  }
}

/// True when there is something to answer: a request to be handled, or a refusal.
bool Connection::takeHead() {
  if (answer_) return true;
  const std::string_view unread = in_.unread();
  if (unread.empty()) return false;
  try {
    const std::size_t size = parser_.head(unread, head_);
    if (size == 0) {
      if (!began_) deadline_ = listener_->coarseNow() + listener_->state().settings.header_time;
      began_ = true;
      return false;
    }
    in_.use(size);
    keep_ = parser_.keepAlive();
  } catch (const Error& error) {
    keep_ = false;
    head_ = {};
    refuse(error);
    return true;
  }
  head_only_ = head_.method == "HEAD";
  began_ = true;
  head_.peer = peer_;
  head_.loop = listener_->index();
  head_.has_body = parser_.hasBody();
  decide();
  return true;
}

/// Asks the handler what to do with the body, or for an answer at once.
void Connection::decide() {
  const bool has_body = parser_.hasBody();
  try {
    BodyPolicy policy = listener_->state().handler.head(head_);
    if (!policy.answer) {
      const auto& settings = listener_->state().settings;
      if (has_body && parser_.contentLength().value_or(0) > policy.most_bytes) throw bodyTooLarge(policy.most_bytes);
      body_plan_ =
          BodyPlan{policy.most_bytes, settings.memory_bytes, policy.spool ? settings.spool_folder : std::string()};
      request_.emplace(head_);
      request_->tag = policy.tag;
      return;
    }
    answer_ = std::move(policy.answer);
  } catch (const Error& error) {
    refuse(error);
  } catch (const std::exception& failure) {
    refuse(Error(Code::kInternal, failure.what()));
  }
  // What was not read of the body would be taken for the next request.
  if (has_body) keep_ = false;
}

void Connection::refuse(const Error& error) {
  const RequestHead& head = request_ ? request_->head() : head_;
  answer_ = problemResponse(error, {head.path, {}});
  listener_->state().handler.refusing(head, error, *answer_);
}

/// A request that is answered in one go needs no count: nothing else runs on this loop meanwhile.
void Connection::countAsRunning() {
  if (running_) return;
  running_ = true;
  ++listener_->state().running;
}

task<void> Connection::answerWithHandler() {
  countAsRunning();
  if (parser_.hasBody()) {
    task<void> receiving = receiveBody();
    co_await receiving;
    if (answer_ || !open_) co_return;
  }
  deadline_ = SteadyTime::max();
  Handler& handler = listener_->state().handler;
  try {
    Request request = std::move(*request_);
    request_.reset();
    head_ = {};  // it shows bytes that the buffer may not hold any more
    task<Response> work = handler.handle(std::move(request));
    Response response = co_await work;
    answer_ = std::move(response);
  } catch (const Error& error) {
    refuse(error);
  } catch (const std::exception& failure) {
    refuse(Error(Code::kInternal, failure.what()));
  }
}

task<void> Connection::receiveBody() {
  if (parser_.expectsContinue() && in_.unread().empty()) {
    boost::system::error_code ignored;  // 25 bytes fit into an empty socket; a client that is gone shows at the read
    socket_.write_some(asio::buffer(kContinue), ignored);
  }
  BodyReceiver body(*body_plan_);
  const RequestParser::Sink sink = [&body](std::string_view piece) { body.append(piece); };
  const SteadyTime began = listener_->coarseNow();
  while (open_ && !answer_) {
    try {
      in_.use(parser_.body(in_.unread(), sink));
      if (parser_.done()) {
        request_->body = body.finish();
        co_return;
      }
      // Only the size line of a chunk waits unread for more; none is this long.
      if (in_.unread().size() > kBodyPiece) throw Error(Code::kInvalidArgument, "a chunk's size line does not end");
    } catch (const Error& error) {
      keep_ = false;
      refuse(error);
      co_return;
    }
    paceDeadline(began, body.received());
    const auto [to, size] = in_.space(bodyRoom(body.received()));
    auto read = [this, to = to, size = size](auto done) {
      socket_.async_read_some(asio::buffer(to, size), std::move(done));
    };
    auto reading = runtime::asioAwait(read);
    const IoResult got = co_await reading;
    received(got);
  }
}

/// As much as is still to come, so that a small body does not cost a large buffer.
std::size_t Connection::bodyRoom(std::int64_t received_so_far) const {
  const std::int64_t left = parser_.contentLength().value_or(kBodyPiece / 4 + received_so_far) - received_so_far;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(left, 1, kBodyPiece));
}

/// What has moved must keep up with the slowest rate allowed, after a grace.
void Connection::paceDeadline(SteadyTime began, std::int64_t moved) {
  const auto& settings = listener_->state().settings;
  const auto earned = std::chrono::seconds(moved / std::max<std::int64_t>(settings.bytes_per_second, 1));
  deadline_ = began + settings.header_time + std::min<std::chrono::seconds>(earned, std::chrono::hours(24));
}

void Connection::beginAnswer() {
  const bool draining = listener_->state().draining;
  if (draining) keep_ = false;
  const int status = answer_->status;
  const bool bodiless = status == 204 || status == 304;
  without_body_ = bodiless || head_only_;
  out_.clear();
  out_.append("HTTP/1.1 ");
  appendNumber(out_, status);
  out_.append(" ").append(statusPhrase(status)).append("\r\n").append(listener_->dateLine());
  out_.append(answer_->header_lines);
  if (!bodiless) {
    out_.append("Content-Length: ");
    appendNumber(out_, answer_->size());
    out_.append("\r\n");
  }
  if (!keep_) {
    out_.append("Connection: close\r\n");
  } else if (parser_.oldVersion()) {
    out_.append("Connection: keep-alive\r\n");
  }
  out_.append("\r\n");
  const std::string_view text = answer_->text();
  body_apart_ = !without_body_ && text.size() > kJoinedBody;
  if (!without_body_ && !body_apart_) out_.append(text);
  out_sent_ = 0;
  file_sent_ = 0;
}

Connection::Sent Connection::sendSome() {
  const std::string_view body = body_apart_ ? answer_->text() : std::string_view{};
  while (out_sent_ < out_.size() + body.size()) {
    const std::size_t head_sent = std::min(out_sent_, out_.size());
    const std::size_t body_sent = out_sent_ - head_sent;
    const std::array<asio::const_buffer, 2> pieces{asio::buffer(out_.data() + head_sent, out_.size() - head_sent),
                                                   asio::buffer(body.data() + body_sent, body.size() - body_sent)};
    boost::system::error_code failure;
    out_sent_ += body_apart_ ? socket_.write_some(pieces, failure) : socket_.write_some(pieces[0], failure);
    if (failure == asio::error::would_block) return Sent::kBlocked;
    if (failure) return Sent::kFailed;
  }
  return without_body_ ? Sent::kAll : sendFile();
}

Connection::Sent Connection::sendFile() {
  const auto* file = std::get_if<Response::File>(&answer_->body);
  while (file != nullptr && file_sent_ < file->size) {
    off_t offset = file_sent_;
    const ssize_t sent = ::sendfile(socket_.native_handle(), file->file.descriptor(), &offset,
                                    static_cast<std::size_t>(file->size - file_sent_));
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return Sent::kBlocked;
    if (sent <= 0) return Sent::kFailed;  // also a file that became shorter: the client sees a broken body
    file_sent_ += sent;
  }
  return Sent::kAll;
}

task<void> Connection::sendRest() {
  countAsRunning();
  const SteadyTime began = listener_->coarseNow();
  for (;;) {
    paceDeadline(began, static_cast<std::int64_t>(out_sent_) + file_sent_);
    auto wait = [this](auto done) { socket_.async_wait(Listener::tcp::socket::wait_write, std::move(done)); };
    auto waiting = runtime::asioAwait(wait);
    const IoResult ready = co_await waiting;
    const Sent sent = ready.failure ? Sent::kFailed : sendSome();
    if (sent == Sent::kAll) co_return;
    if (sent == Sent::kFailed) {
      keep_ = false;
      open_ = false;
      co_return;
    }
  }
}

void Connection::endExchange() {
  answer_.reset();
  request_.reset();
  body_plan_.reset();
  if (running_) --listener_->state().running;
  running_ = false;
  began_ = false;
  head_only_ = false;
  head_.method = head_.target = head_.path = head_.query = {};  // they showed what the buffer may not hold any more
  head_.headers.clear();
  in_.shrink();
  if (!keep_) open_ = false;
  deadline_ = listener_->coarseNow() + listener_->state().settings.idle_time;
}

/// Closing with bytes unread would reset the connection and could take the answer with it: say that we are done, then
/// read on a little until the client closes.
task<void> Connection::linger() {
  boost::system::error_code failure;
  socket_.shutdown(Listener::tcp::socket::shutdown_send, failure);
  deadline_ = listener_->coarseNow() + kLingerTime;
  for (int reads = 0; reads < 64 && !failure && !timed_out_; ++reads) {
    in_.use(in_.unread().size());
    const auto [to, size] = in_.space(kBodyPiece);
    auto read = [this, to = to, size = size](auto done) {
      socket_.async_read_some(asio::buffer(to, size), std::move(done));
    };
    auto reading = runtime::asioAwait(read);
    const IoResult got = co_await reading;
    failure = got.failure;
  }
}

void Connection::sweep(SteadyTime now) {
  if (timed_out_ || now < deadline_) return;
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::cut() {
  open_ = false;
  keep_ = false;
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace kontor::http
