#include "chassis/http/client.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "chassis/base/error.hpp"
#include "chassis/http/message.hpp"
#include "chassis/http/response_parser.hpp"
#include "chassis/runtime/asio_await_detail.hpp"
#include "chassis/runtime/deadline.hpp"
#include "chassis/runtime/loop.hpp"

namespace kontor::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using runtime::IoResult;

constexpr std::size_t kFilePiece = 256 * 1024;
constexpr std::size_t kIdleConnections = 16;

/// The file of a call, open, and its size.
struct Upload {
  OpenFile file{-1};
  std::int64_t size = 0;
};

Upload openUpload(const std::string& path) {
  errno = 0;
  Upload upload{OpenFile(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0};
  struct stat facts {};
  if (upload.file.descriptor() < 0 || ::fstat(upload.file.descriptor(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    const char* why = errno != 0 ? std::strerror(errno) : "it is no plain file";
    throw Error(Code::kInvalidArgument, "the file " + path + " cannot be read: " + why);
  }
  upload.size = facts.st_size;
  return upload;
}

/// One call and its connection, which the call's timer closes when it takes too long.
struct Exchange {
  Exchange(tcp::socket from, Call what, Upload content)
      : socket(std::move(from)), call(std::move(what)), upload(std::move(content)) {}

  tcp::socket socket;
  Call call;
  Upload upload;
  bool expired = false;
  bool sent = false;  // some bytes of the request went out

  void expire() {
    expired = true;
    error_code ignored;
    socket.close(ignored);
  }
  /// The failure of a step, told from a time-out.
  Error failed(const std::string& host, const error_code& why) const {
    if (expired) return runtime::deadlineExceeded();
    const std::string message = "no answer from " + host + ": " + why.message();
    Error error(Code::kUnavailable, sent ? "ANSWER_LOST" : "CONNECTION_FAILED", message);
    if (sent) error = std::move(error).thatMayHaveRun();
    return error;
  }
};

/// Ends a timer with the scope that armed it.
class Alarm {
 public:
  Alarm(runtime::Executor& executor, Duration delay, const std::shared_ptr<Exchange>& exchange)
      : executor_(executor), timer_(executor.after(delay, [exchange] { exchange->expire(); })) {}
  ~Alarm() { executor_.cancel(timer_); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  runtime::Executor& executor_;
  runtime::TimerId timer_;
};

std::string requestHead(const Call& call, const std::string& host, std::int64_t body_size) {
  std::string head = call.method + " " + call.target + " HTTP/1.1\r\nHost: " + host + "\r\n";
  for (const auto& [name, value] : call.headers) head.append(name).append(": ").append(value).append("\r\n");
  if (body_size > 0 || (call.method != "GET" && call.method != "HEAD")) {
    head.append("Content-Length: ").append(std::to_string(body_size)).append("\r\n");
  }
  return head.append("\r\n");
}

}  // namespace

struct Client::Impl {
  runtime::Loop& loop;
  std::string host;  // as in the Host header: "localhost:8080"
  std::string name;
  std::string port;
  ClientSettings settings;
  std::vector<tcp::socket> idle;
  std::optional<tcp::resolver::results_type> addresses;

  task<void> resolve(std::shared_ptr<Exchange> exchange);
  task<void> connect(std::shared_ptr<Exchange> exchange);
  std::optional<tcp::socket> reuse();
  task<void> sendFile(std::shared_ptr<Exchange> exchange);
  task<error_code> sendAll(std::shared_ptr<Exchange> exchange);
  task<Answer> receive(std::shared_ptr<Exchange> exchange, error_code send_failure);
};

Client::Client(runtime::Loop& loop, std::string_view url, ClientSettings settings) {
  constexpr std::string_view kScheme = "http://";
  std::string_view host = url;
  if (host.starts_with(kScheme)) host.remove_prefix(kScheme.size());
  while (host.ends_with('/')) host.remove_suffix(1);
  if (!url.starts_with(kScheme) || host.empty() || host.find('/') != std::string_view::npos) {
    throw Error(Code::kInvalidArgument, "\"" + std::string(url) + "\" is no server's URL: write http://HOST:PORT");
  }
  const std::size_t colon = host.find(':', host.rfind(']') == std::string_view::npos ? 0 : host.rfind(']'));
  std::string name(host.substr(0, colon));
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  std::string port = colon == std::string_view::npos ? "80" : std::string(host.substr(colon + 1));
  impl_.reset(new Impl{loop, std::string(host), std::move(name), std::move(port), settings, {}, {}});
}

Client::~Client() = default;

task<void> Client::Impl::resolve(std::shared_ptr<Exchange> exchange) {
  tcp::resolver resolver(loop.context());
  tcp::resolver::results_type found;
  auto look = [&](auto done) {
    resolver.async_resolve(name, port, [&found, done = std::move(done)](error_code failure, auto results) mutable {
      found = std::move(results);
      done(failure);
    });
  };
  auto looking = runtime::asioAwait(look);
  const IoResult got = co_await looking;
  if (got.failure) throw exchange->failed(host, got.failure);
  addresses = std::move(found);
}

task<void> Client::Impl::connect(std::shared_ptr<Exchange> exchange) {
  if (!addresses) {
    task<void> resolving = resolve(exchange);
    co_await resolving;
  }
  auto connect_to = [&](auto done) {
    asio::async_connect(exchange->socket, *addresses,
                        [done = std::move(done)](error_code failure, const tcp::endpoint&) mutable { done(failure); });
  };
  auto connecting = runtime::asioAwait(connect_to);
  const IoResult got = co_await connecting;
  if (got.failure) throw exchange->failed(host, got.failure);
  error_code ignored;
  exchange->socket.set_option(tcp::no_delay(true), ignored);
  exchange->socket.non_blocking(true, ignored);
}

/// A connection kept from an earlier call that the server has not closed since.
std::optional<tcp::socket> Client::Impl::reuse() {
  while (!idle.empty()) {
    tcp::socket socket = std::move(idle.back());
    idle.pop_back();
    char byte;
    error_code state;
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, state);
    if (state == asio::error::would_block) return socket;
  }
  return std::nullopt;
}

task<void> Client::Impl::sendFile(std::shared_ptr<Exchange> exchange) {
  const Upload& upload = exchange->upload;
  const Call& call = exchange->call;
  off_t offset = 0;
  while (offset < upload.size) {
    const auto left = static_cast<std::size_t>(upload.size - offset);
    const ssize_t moved =
        ::sendfile(exchange->socket.native_handle(), upload.file.descriptor(), &offset, std::min(left, kFilePiece));
    if (moved > 0 && call.progress) call.progress(offset, upload.size);
    if (moved > 0) continue;
    if (moved == 0) throw Error(Code::kInvalidArgument, "the file " + call.file + " became shorter while it was sent");
    if (errno != EAGAIN) throw boost::system::system_error(errno, boost::system::system_category());
    auto wait = [&](auto done) { exchange->socket.async_wait(tcp::socket::wait_write, std::move(done)); };
    auto waiting = runtime::asioAwait(wait);
    const IoResult ready = co_await waiting;
    if (ready.failure) throw boost::system::system_error(ready.failure);
  }
}

/// A failure to send is handed on: the server may have answered and closed before it had read all.
task<error_code> Client::Impl::sendAll(std::shared_ptr<Exchange> exchange) {
  const Call& call = exchange->call;
  const Upload& upload = exchange->upload;
  const bool from_file = !call.file.empty();
  std::string head = requestHead(call, host, from_file ? upload.size : static_cast<std::int64_t>(call.body.size()));
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(call.body)};
  exchange->sent = true;
  auto write = [&](auto done) { asio::async_write(exchange->socket, pieces, std::move(done)); };
  auto writing = runtime::asioAwait(write);
  const IoResult wrote = co_await writing;
  if (wrote.failure || !from_file) co_return wrote.failure;
  try {
    task<void> streaming = sendFile(exchange);
    co_await streaming;
  } catch (const boost::system::system_error& failure) {
    co_return failure.code();
  }
  co_return error_code{};
}

task<Answer> Client::Impl::receive(std::shared_ptr<Exchange> exchange, error_code send_failure) {
  ResponseParser parser(exchange->call.method == "HEAD", settings.most_bytes, exchange->call.receive);
  char bytes[16 * 1024];
  while (!parser.done()) {
    auto read = [&](auto done) { exchange->socket.async_read_some(asio::buffer(bytes), std::move(done)); };
    auto reading = runtime::asioAwait(read);
    const IoResult got = co_await reading;
    if (got.failure == asio::error::eof && parser.endsWithConnection()) break;
    if (got.failure) throw exchange->failed(host, send_failure ? send_failure : got.failure);
    parser.feed({bytes, got.size});
  }
  if (parser.keepAlive() && !send_failure && idle.size() < kIdleConnections)
    idle.push_back(std::move(exchange->socket));
  co_return parser.take();
}

task<Answer> Client::send(Call call) {
  Impl& impl = *impl_;
  KONTOR_ASSERT(&runtime::Executor::current() == &impl.loop, "a client is used on its own loop");
  Upload upload;
  if (!call.file.empty()) upload = openUpload(call.file);
  const Duration timeout = call.timeout.value_or(impl.settings.timeout);
  std::optional<tcp::socket> kept = impl.reuse();
  const bool fresh = !kept;
  if (fresh) kept.emplace(impl.loop.context());
  auto exchange = std::make_shared<Exchange>(std::move(*kept), std::move(call), std::move(upload));
  const Alarm alarm(impl.loop, timeout, exchange);
  if (fresh) {
    task<void> connecting = impl.connect(exchange);
    co_await connecting;
  }
  task<error_code> sending = impl.sendAll(exchange);
  const error_code failure = co_await sending;
  if (exchange->expired) throw runtime::deadlineExceeded();
  task<Answer> receiving = impl.receive(exchange, failure);
  co_return co_await receiving;
}

std::optional<std::string_view> Answer::find(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (equalsIgnoringCase(known, name)) return value;
  }
  return std::nullopt;
}

}  // namespace kontor::http
