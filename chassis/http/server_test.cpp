#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "chassis/base/error.hpp"
#include "chassis/http/client.hpp"
#include "chassis/http/problem.hpp"
#include "chassis/http/server.hpp"
#include "chassis/runtime/loop.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/runtime/real_environment.hpp"

namespace kontor::http {
namespace {

using namespace std::chrono_literals;

/// Answers what its path says; what the tests need of a handler.
class Echo final : public Handler {
 public:
  BodyPolicy head(const RequestHead& head) override {
    BodyPolicy policy;
    policy.most_bytes = 1000;
    if (head.path == "/upload") {
      policy.most_bytes = 10'000'000;
      policy.spool = true;
    }
    if (head.path == "/early") policy.answer = Response(403, "text/plain", "early");
    if (head.path == "/broken-head") throw std::runtime_error("secret of the head");
    return policy;
  }

  task<Response> handle(Request request) override {
    ++handled;
    if (request.path() == "/throw") throw std::runtime_error("secret of the handler");
    if (request.path() == "/refuse") throw Error(Code::kNotFound, "NO_SUCH", "nothing is here");
    if (request.path() == "/slow") {
      auto wait = release;
      co_await wait;
    }
    if (request.path() == "/large") co_return Response(200, "text/plain", std::string(3'000'000, 'L'));
    if (request.path() == "/file") {
      Response response(200, "application/octet-stream", "");
      response.body = Response::File{OpenFile(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), 8'000'000};
      co_return response;
    }
    if (request.path() == "/shared") {
      Response response;
      response.body = std::make_shared<const std::string>("shared");
      co_return response;
    }
    if (request.path() == "/upload") {
      const std::string kind = request.body.spooled() ? "spooled " : "held ";
      spool_file = request.body.file();
      co_return Response(200, "text/plain", kind + std::to_string(request.body.size()));
    }
    std::string text(request.method());
    text.append(" ").append(request.path()).append(" ").append(request.body.text());
    co_return Response(200, "text/plain", std::move(text));
  }

  void refusing(const RequestHead& head, const Error& error, Response& response) override {
    const std::lock_guard lock(mutex);
    refusals.emplace_back(error.status(), error.message());
    response.add("X-Refused", head.method.empty() ? "unread" : head.method);
  }

  std::atomic<int> handled{0};
  runtime::OneShot<bool> release;
  std::string spool_file;
  std::string file;
  std::mutex mutex;
  std::vector<std::pair<int, std::string>> refusals;
};

/// A plain blocking socket, so that tests send exactly the bytes they mean.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval longest{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Reads until `text` was read; all read so far.
  const std::string& until(std::string_view text) {
    while (read_.find(text) == std::string::npos && more()) {
    }
    return read_;
  }
  /// Reads until the server closes; all read so far.
  const std::string& untilClosed() {
    while (more()) {
    }
    return read_;
  }
  bool closed() const { return closed_; }

 private:
  bool more() {
    char bytes[65536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) read_.append(bytes, static_cast<std::size_t>(got));
    if (got == 0) closed_ = true;
    return got > 0;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string read_;
};

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override {
    echo_.release.setValue(true);
    if (server_) {
      EXPECT_TRUE(drain(10s));
    }
    server_.reset();
    std::filesystem::remove_all(spool_);
  }

  int serve(ServerSettings settings = {}) {
    settings.spool_folder = spool_;
    server_ = std::make_unique<Server>(environment_, std::move(settings), echo_);
    server_->start();
    return server_->port();
  }

  bool drain(Duration longest) {
    bool clean = false;
    auto body = [](Server& server, Duration most, bool& result) -> task<void> {
      task<bool> draining = server.drain(most);
      result = co_await draining;
    };
    runtime::runBlocking(environment_.background(), body(*server_, longest, clean));
    return clean;
  }

  /// One call of the client; the answer, or the failure.
  Answer call(Client& client, Call what) {
    Answer answer;
    auto body = [](Client& from, Call request, Answer& into) -> task<void> {
      task<Answer> sending = from.send(std::move(request));
      into = co_await sending;
    };
    runtime::runBlocking(*environment_.loops().front(), body(client, std::move(what), answer));
    return answer;
  }

  /// Sends bytes on a connection of their own; what came back until the server closed.
  std::string exchange(int port, std::string_view bytes) {
    RawClient client(port);
    client.send(bytes);
    return client.untilClosed();
  }

  const std::string spool_ = testing::TempDir() + "kontor-spool-" + std::to_string(::getpid());
  Echo echo_;
  std::unique_ptr<Server> server_;
  runtime::RealEnvironment environment_{2};
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(ServerTest, KeepsAliveAndAnswersInOrder) {
  RawClient client(serve());
  client.send(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = client.untilClosed();
  const std::size_t first = all.find("GET /1 ");
  const std::size_t second = all.find("POST /2 abc");
  const std::size_t third = all.find("GET /3 ");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
  EXPECT_NE(all.find("Connection: close", second), std::string::npos);
  EXPECT_EQ(all.find("Connection: close"), all.rfind("Connection: close"));
  EXPECT_NE(all.find("\r\nDate: "), std::string::npos);
}

TEST_F(ServerTest, AnswersAHeadWithoutBody) {
  RawClient client(serve());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  client.send(kGet);
  const std::string all = client.until("GET /a ");
  EXPECT_NE(all.find("Content-Length: 8\r\n\r\nHTTP/1.1 200 OK"), std::string::npos) << all;
}

TEST_F(ServerTest, TakesABodyByteByByte) {
  RawClient client(serve());
  for (const char c :
       std::string("POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    client.send({&c, 1});
  }
  EXPECT_NE(client.until("abc").find("POST /b abc"), std::string::npos);
}

TEST_F(ServerTest, InvitesABodyThatWaits) {
  RawClient client(serve());
  client.send("POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_NE(client.until("abc").find("POST /b abc"), std::string::npos);
}

TEST_F(ServerTest, DoesNotInviteABodyItRefuses) {
  const std::string all =
      exchange(serve(), "POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 413 ")) << all;
  EXPECT_NE(all.find("BODY_TOO_LARGE"), std::string::npos);
  EXPECT_NE(all.find("X-Refused: POST"), std::string::npos);
  EXPECT_EQ(echo_.handled, 0);
}

TEST_F(ServerTest, RefusesALargeChunkedBodyAndCloses) {
  std::string bytes = "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 40; ++i) bytes += "32\r\n" + std::string(50, 'x') + "\r\n";
  const std::string all = exchange(serve(), bytes);
  EXPECT_TRUE(all.starts_with("HTTP/1.1 413 ")) << all;
  EXPECT_NE(all.find("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, ClosesAfterWhatCouldBeSmuggled) {
  const int port = serve();
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  for (const std::string& bytes :
       {start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", start + "A: b\r\n c: d\r\n\r\n",
        start + "Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd", std::string("GET / HTTP/1.1\nHost: h\n\n"),
        start + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc"}) {
    const std::string all = exchange(port, bytes + std::string(kGet));
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << all;
    EXPECT_NE(all.find("application/problem+json"), std::string::npos);
    EXPECT_EQ(all.find("HTTP/1.1", 8), std::string::npos) << "a second answer: " << all;
  }
  EXPECT_EQ(echo_.handled, 0);
}

TEST_F(ServerTest, AnEarlyAnswerLeavesNoBodyToBeMisread) {
  const int port = serve();
  RawClient alive(port);
  alive.send("GET /early HTTP/1.1\r\nHost: h\r\n\r\n");
  alive.until("early");
  alive.send(kGet);
  EXPECT_NE(alive.until("GET /a ").find("GET /a "), std::string::npos);
  const std::string all =
      exchange(port, "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(kGet.size()) + "\r\n\r\n" +
                         std::string(kGet));
  EXPECT_EQ(all.find("GET /a "), std::string::npos);
  EXPECT_NE(all.find("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, AFailingHandlerRevealsNothingAndKeepsTheConnection) {
  RawClient client(serve());
  client.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  client.send("GET /broken-head HTTP/1.1\r\nHost: h\r\n\r\n");
  client.send("GET /refuse HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = client.untilClosed();
  EXPECT_EQ(all.find("secret"), std::string::npos) << all;
  EXPECT_TRUE(all.starts_with("HTTP/1.1 500 ")) << all;
  EXPECT_NE(all.find("HTTP/1.1 404 "), std::string::npos);
  EXPECT_NE(all.find("NO_SUCH"), std::string::npos);
  const std::lock_guard lock(echo_.mutex);
  ASSERT_EQ(echo_.refusals.size(), 3U);
  EXPECT_EQ(echo_.refusals[0], std::make_pair(500, std::string("secret of the handler")));
}

TEST_F(ServerTest, EndsSlowHeadersAndIdleConnections) {
  ServerSettings settings;
  settings.header_time = 100ms;
  settings.idle_time = 100ms;
  const int port = serve(settings);
  EXPECT_TRUE(exchange(port, "GET / HTTP/1.1\r\nHost: h\r\n").starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(exchange(port, ""), "");
  const std::string kept = exchange(port, kGet);
  EXPECT_TRUE(kept.starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(kept.find("408"), std::string::npos);
  EXPECT_TRUE(
      exchange(port, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab").starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerTest, RefusesMoreConnectionsThanItMayHave) {
  ServerSettings settings;
  settings.connections = 2;
  const int port = serve(settings);
  RawClient first(port);
  first.send(kGet);
  first.until("GET /a ");
  RawClient second(port);
  second.send(kGet);
  second.until("GET /a ");
  EXPECT_TRUE(exchange(port, kGet).starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(ServerTest, SendsLargeAndSharedBodies) {
  const int port = serve();
  const std::string large = exchange(port, "GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(large.size() - large.find("\r\n\r\n") - 4, 3'000'000U);
  EXPECT_TRUE(exchange(port, "GET /shared HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nshared"));
}

TEST_F(ServerTest, SurvivesAReaderThatLeavesAndAFileThatShrinks) {
  const int port = serve();
  echo_.file = ::testing::TempDir() + "kontor-download";
  std::ofstream(echo_.file) << std::string(8'000'000, 'd');
  {
    RawClient leaves(port);
    leaves.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
    leaves.until("ddd");
  }
  const std::string whole = exchange(port, "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(whole.size() - whole.find("\r\n\r\n") - 4, 8'000'000U);
  std::filesystem::resize_file(echo_.file, 1000);
  const std::string broken = exchange(port, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(broken.size() - broken.find("\r\n\r\n") - 4, 1000U) << "fewer bytes than announced, then the end";
}

TEST_F(ServerTest, TheClientHearsThatItsUploadIsRefused) {
  serve();
  const std::string path = ::testing::TempDir() + "kontor-too-large";
  std::ofstream(path) << std::string(8'000'000, 'u');
  Client client(*environment_.loops().front(), server_->url());
  Call upload;
  upload.method = "POST";
  upload.target = "/b";
  upload.file = path;
  const Answer answer = call(client, upload);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(errorFromProblem(answer.status, answer.body).reason(), "BODY_TOO_LARGE");
}

TEST_F(ServerTest, SpoolsLargeUploadsAndLeavesNothing) {
  std::filesystem::create_directories(spool_);
  std::ofstream(spool_ + "/body-1-1") << "left by a crash";
  serve();
  EXPECT_TRUE(std::filesystem::is_empty(spool_));
  Client client(*environment_.loops().front(), server_->url());
  const std::string path = testing::TempDir() + "kontor-upload";
  std::ofstream(path) << std::string(5'000'000, 'u');
  Call upload;
  upload.method = "POST";
  upload.target = "/upload";
  upload.file = path;
  std::int64_t told = 0;
  upload.progress = [&told](std::int64_t sent, std::int64_t total) {
    EXPECT_GT(sent, told);
    EXPECT_EQ(total, 5'000'000);
    told = sent;
  };
  EXPECT_EQ(call(client, upload).body, "spooled 5000000");
  EXPECT_EQ(told, 5'000'000);
  EXPECT_FALSE(echo_.spool_file.empty());
  EXPECT_FALSE(std::filesystem::exists(echo_.spool_file));
  Call small;
  small.method = "POST";
  small.target = "/upload";
  small.body = "few";
  EXPECT_EQ(call(client, small).body, "held 3");
  EXPECT_EQ(server_->connections(), 1) << "the client keeps its connection";
}

TEST_F(ServerTest, TheClientTakesALargeAnswerPieceByPiece) {
  serve();
  ClientSettings small;
  small.most_bytes = 1000;
  Client client(*environment_.loops().front(), server_->url(), small);
  Call download;
  download.target = "/large";
  std::int64_t taken = 0;
  download.receive = [&taken](std::string_view piece) { taken += static_cast<std::int64_t>(piece.size()); };
  const Answer answer = call(client, download);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(taken, 3'000'000);
  download.target = "/refuse";
  taken = 0;
  EXPECT_EQ(errorFromProblem(404, call(client, download).body).reason(), "NO_SUCH") << "a refusal is an answer";
  EXPECT_EQ(taken, 0);
}

TEST_F(ServerTest, SaysThatAPortIsTaken) {
  const int port = serve();
  ServerSettings again;
  again.port = port;
  try {
    const Server second(environment_, again, echo_);
    FAIL() << "two servers on one port";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason(), "PORT_IN_USE");
    EXPECT_EQ(error.message(),
              "port " + std::to_string(port) + " is in use (by another process); choose another with PORT=…");
  }
}

TEST_F(ServerTest, DrainAnswersWhatRunsAndAcceptsNothingNew) {
  const int port = serve();
  RawClient running(port);
  running.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  while (echo_.handled == 0) std::this_thread::yield();
  RawClient idle(port);
  idle.send(kGet);
  idle.until("GET /a ");
  EXPECT_FALSE(drain(30ms)) << "a request still ran";
  EXPECT_FALSE(RawClient(port).connected());
  EXPECT_EQ(idle.untilClosed().find("500"), std::string::npos);
  EXPECT_TRUE(idle.closed());
  server_.reset();

  Echo second;
  server_ = std::make_unique<Server>(environment_, ServerSettings{}, second);
  server_->start();
  RawClient answered(server_->port());
  answered.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  while (second.handled == 0) std::this_thread::yield();
  std::thread once_closed([this, release = second.release] {
    while (RawClient(server_->port()).connected()) std::this_thread::yield();
    release.setValue(true);
  });
  EXPECT_TRUE(drain(10s));
  once_closed.join();
  EXPECT_NE(answered.untilClosed().find("Connection: close"), std::string::npos);
  server_.reset();
}

TEST_F(ServerTest, TheClientTellsLostCallsFromCallsThatDidNotRun) {
  const int port = serve();
  Client client(*environment_.loops().front(), server_->url());
  Call slow;
  slow.target = "/slow";
  slow.timeout = 50ms;
  try {
    call(client, slow);
    FAIL() << "no time-out";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kDeadlineExceeded);
    EXPECT_TRUE(error.mayHaveRun());
  }
  echo_.release.setValue(true);
  EXPECT_TRUE(drain(10s));
  server_.reset();
  Client nobody(*environment_.loops().front(), "http://127.0.0.1:" + std::to_string(port));
  try {
    call(nobody, Call{});
    FAIL() << "an answer from nobody";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
    EXPECT_FALSE(error.mayHaveRun());
  }
  EXPECT_THROW(Client(*environment_.loops().front(), "https://x"), Error);
}

}  // namespace
}  // namespace kontor::http
