#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

#include "chassis/base/error.hpp"
#include "chassis/http/conditional.hpp"
#include "chassis/http/message.hpp"
#include "chassis/http/plain_head.hpp"
#include "chassis/http/problem.hpp"
#include "chassis/http/request_parser.hpp"
#include "chassis/http/server.hpp"
#include "chassis/http/static_files.hpp"
#include "chassis/http/uri.hpp"

namespace kontor::http {
namespace {

TEST(Message, HeadersAreFoundWithoutRegardToCase) {
  const Request request("GET", "/a%20b?c=d&e", {{"Content-Type", "text/plain"}, {"x-id", "7"}}, "hi");
  EXPECT_EQ(request.header("content-TYPE"), "text/plain");
  EXPECT_FALSE(request.head().find("absent").has_value());
  EXPECT_EQ(request.path(), "/a%20b");
  EXPECT_EQ(request.query(), "c=d&e");
}

TEST(Message, ARequestKeepsItsViewsWhenMoved) {
  std::vector<Request> requests;
  for (int i = 0; i < 5; ++i)
    requests.emplace_back("PUT", "/x?y=" + std::to_string(i), std::vector<Header>{{"h", "v"}});
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(requests[i].query(), "y=" + std::to_string(i));
    EXPECT_EQ(requests[i].header("H"), "v");
  }
}

TEST(Message, AResponseHeaderCannotBreakItsLine) {
  Response response(200, "text/plain", "x");
  response.add("X-A", "1");
  EXPECT_EQ(response.find("x-a"), "1");
  EXPECT_EQ(response.find("content-type"), "text/plain");
  EXPECT_THROW(response.add("X-B", "1\r\nSet-Cookie: a=b"), Error);
}

TEST(Message, ABodysFileGoesWithIt) {
  const std::string path = testing::TempDir() + "kontor-body";
  std::ofstream(path) << "content";
  {
    Body first(path, 7);
    const Body second = std::move(first);
    EXPECT_TRUE(second.spooled());
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "content";
  {
    Body taken(path, 7);
    EXPECT_EQ(taken.takeFile(), path);
  }
  EXPECT_TRUE(std::filesystem::remove(path));
}

TEST(Problem, SaysWhatClientsNeed) {
  const Error error = Error(Code::kFailedPrecondition, "OUT_OF_STOCK", "only 3 are left")
                          .withDetail("sku", "TEE-1")
                          .withDetail("available", 3)
                          .withField({"lines[0].quantity", "TOO_MANY", "at most 3"});
  EXPECT_EQ(
      problemJson(error, {"/v1/a", "abc"}),
      R"({"type":"about:blank","title":"Conflict","status":409,"detail":"only 3 are left","reason":"OUT_OF_STOCK",)"
      R"("details":{"sku":"TEE-1","available":3},"instance":"/v1/a","traceId":"abc",)"
      R"("errors":[{"path":"lines[0].quantity","reason":"TOO_MANY","detail":"at most 3"}]})");
}

TEST(Problem, RevealsNothingOfOurInsides) {
  for (const Code code :
       {Code::kInternal, Code::kUnknown, Code::kDataLoss, Code::kDeadlineExceeded, Code::kUnavailable}) {
    const std::string json = problemJson(Error(code, "SELECT * FROM /var/data").withDetail("query", "SELECT"));
    EXPECT_EQ(json.find("SELECT"), std::string::npos) << json;
  }
  const Error named(Code::kUnavailable, "PROVIDER_DOWN", "the payment provider does not answer; try again");
  EXPECT_NE(problemJson(named).find("the payment provider"), std::string::npos);
}

TEST(Problem, SaysWhenToTryAgain) {
  const Error limited = Error(Code::kResourceExhausted, "RATE_LIMITED", "wait").withDetail("retryAfter", 900);
  EXPECT_EQ(problemResponse(limited).find("Retry-After"), "900");
  EXPECT_FALSE(problemResponse(Error(Code::kResourceExhausted, "wait")).find("Retry-After"));
}

TEST(Problem, ComesBackAsTheSameError) {
  const Error sent = Error(Code::kInvalidArgument, "INVALID_ARGUMENT", "two fields are wrong")
                         .withDetail("n", 7)
                         .withFields({{"a", "REQUIRED", "must be given"}, {"b[1]", "MIN", "at least 1"}});
  const Error back = errorFromProblem(400, problemJson(sent));
  EXPECT_EQ(back.code(), sent.code());
  EXPECT_EQ(back.reason(), sent.reason());
  EXPECT_EQ(back.message(), sent.message());
  ASSERT_EQ(back.fields().size(), 2U);
  EXPECT_EQ(back.fields()[1].path, "b[1]");
  EXPECT_EQ(std::get<std::int64_t>(back.details()[0].second), 7);
  EXPECT_EQ(errorFromProblem(402, "<html>").status(), 402);
  EXPECT_TRUE(errorFromProblem(504, "").mayHaveRun());
}

TEST(Uri, RefusesBadEncodings) {
  EXPECT_EQ(percentDecode("a%2Fb%C3%A4+"), "a/bä+");
  for (const char* bad : {"%", "%2", "%zz", "%00", "%ff", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%C3"}) {
    EXPECT_FALSE(percentDecode(bad)) << bad;
  }
  const auto parameters = parseQuery("a=1&b=x+y&&c&a=%32");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(*parameters,
            (std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", "x y"}, {"c", ""}, {"a", "2"}}));
  EXPECT_FALSE(parseQuery("a=%"));
}

RC_GTEST_PROP(Uri, EncodingIsUndone, (std::string text)) {
  for (char& c : text) c = static_cast<char>(c & 0x7F);
  std::erase(text, '\0');
  RC_ASSERT(percentDecode(percentEncode(text)) == text);
}

TEST(Conditional, ComparesTagsWeakly) {
  const std::string tag = entityTag("bytes");
  EXPECT_EQ(tag, entityTag("bytes"));
  EXPECT_NE(tag, entityTag("other"));
  EXPECT_TRUE(noneMatchNames("\"x\", " + tag.substr(2), tag));
  EXPECT_TRUE(noneMatchNames("*", tag));
  EXPECT_FALSE(noneMatchNames("\"x\",W/\"y\"", tag));
  EXPECT_FALSE(noneMatchNames("", tag));
}

/// The status that a head of these bytes is refused with; 0 when it is taken.
int refusalOf(const std::string& bytes, RequestHead& head) {
  ServerSettings settings;
  RequestParser parser(settings);
  try {
    parser.head(bytes, head);
    return 0;
  } catch (const Error& error) {
    return error.status();
  }
}

int refusalOf(const std::string& bytes) {
  RequestHead head;
  return refusalOf(bytes, head);
}

std::string shown(const RequestHead& head) {
  std::string text = std::string(head.method) + " " + std::string(head.path) + " " + std::string(head.query) + "\n";
  for (const Header& each : head.headers) text += std::string(each.name) + "=" + std::string(each.value) + "\n";
  return text;
}

TEST(RequestParser, TakesWhatIsRight) {
  RequestHead head;
  const std::string bytes = "GET /a?b HTTP/1.1\r\nHost: h\r\nA:  x y \r\nEmpty:\r\n\r\n";
  ASSERT_EQ(refusalOf(bytes, head), 0);
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.path, "/a");
  EXPECT_EQ(head.header("a"), "x y");
  EXPECT_EQ(head.find("empty"), "");
  EXPECT_EQ(refusalOf("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  ASSERT_EQ(refusalOf("GET http://h/a/b?c HTTP/1.1\r\nHost: h\r\n\r\n", head), 0);
  EXPECT_EQ(refusalOf("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(refusalOf("GET / HTTP/1.0\r\n\r\n"), 0);
}

/// A head as the strict parser shows it, since an expectation is never plain; empty when it is refused.
std::string readStrictly(const std::string& bytes, bool& keep_alive) {
  ServerSettings settings;
  RequestParser parser(settings);
  RequestHead head;
  try {
    const std::string strict = bytes.substr(0, bytes.size() - 2) + "Expect: 100-continue\r\n\r\n";
    parser.head(strict, head);
    keep_alive = parser.keepAlive();
    head.headers.pop_back();
    return shown(head);
  } catch (const Error&) {
    return {};
  }
}

// What the quick reader takes, the strict one takes in the same way.
RC_GTEST_PROP(PlainHead, IsReadAsTheStrictParserReadsIt, ()) {
  static const std::vector<std::string> kPlain{"Connection: close",
                                               "Connection: keep-alive",
                                               "connection: Close ",
                                               "A: b",
                                               "X-Long: a b  c\t ",
                                               "Accept-Language:\tde",
                                               "Empty:"};
  static const std::vector<std::string> kOdd{"host:h:80",
                                             "Content-Length: 0",
                                             "Expect: 100-continue",
                                             "Transfer-Encoding: chunked",
                                             "Upgrade: h2c",
                                             "Bad Name: x",
                                             "NoColon",
                                             ": none",
                                             "Connection: upgrade",
                                             "High: \x80",
                                             "Proxy-Connection: close"};
  static const std::vector<std::string> kTargets{"/", "/a?b", "/%zz", "/a#b", "/\x7f", "*", "http://h/", " /", "/ "};
  static const std::vector<std::string> kMethods{"GET", "HEAD", "get", "G@T"};
  const auto line =
      rc::gen::weightedOneOf<std::string>({{9, rc::gen::elementOf(kPlain)}, {1, rc::gen::elementOf(kOdd)}});
  std::string bytes = *rc::gen::elementOf(kMethods) + " " + *rc::gen::elementOf(kTargets) + " HTTP/1.1\r\nHost: h\r\n";
  const int lines = *rc::gen::inRange(0, 4);
  for (int i = 0; i < lines; ++i) bytes += *line + "\r\n";
  bytes += "\r\n";
  if (*rc::gen::inRange(0, 3) == 0) {
    const std::size_t at = *rc::gen::inRange<std::size_t>(0, bytes.size() - 4);
    const char other = static_cast<char>(*rc::gen::inRange(1, 255));
    const auto ends_line = [](char c) { return c == '\r' || c == '\n'; };
    RC_PRE(!ends_line(bytes[at]) && !ends_line(other));
    bytes[at] = other;
  }
  RequestHead head;
  bool plain_keep_alive = false;
  if (!readPlainHead(bytes, head, plain_keep_alive)) return;
  splitTarget(head);
  bool keep_alive = false;
  RC_ASSERT(shown(head) == readStrictly(bytes, keep_alive));
  RC_ASSERT(plain_keep_alive == keep_alive);
}

TEST(PlainHead, TakesWhatBrowsersSend) {
  RequestHead head;
  bool keep_alive = false;
  const std::string bytes =
      "GET /v1/store/products?pageSize=20 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11)\r\n"
      "Accept: text/html,*/*;q=0.8\r\nCookie: a=b; c=\"d\"\r\nIf-None-Match: W/\"0f\"\r\n\r\n";
  ASSERT_TRUE(readPlainHead(bytes, head, keep_alive));
  EXPECT_TRUE(keep_alive);
  EXPECT_EQ(head.headers.size(), 5U);
  EXPECT_EQ(head.target, "/v1/store/products?pageSize=20");
  for (const char* other : {"Content-Length: 0", "Transfer-Encoding: chunked", "Expect: 100-continue", "Host: again"}) {
    EXPECT_FALSE(readPlainHead("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(other) + "\r\n\r\n", head, keep_alive));
  }
}

TEST(RequestParser, RefusesWhatTwoReadersCouldTakeDifferently) {
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::pair<const char*, std::string> cases[] = {
      {"both lengths", start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"both, other order", start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"},
      {"two lengths", start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"},
      {"two equal lengths", start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"},
      {"a list of lengths", start + "Content-Length: 5, 5\r\n\r\n"},
      {"a signed length", start + "Content-Length: +5\r\n\r\n"},
      {"a negative length", start + "Content-Length: -5\r\n\r\n"},
      {"a hex length", start + "Content-Length: 0x5\r\n\r\n"},
      {"an overflowing length", start + "Content-Length: 99999999999999999999\r\n\r\n"},
      {"an empty length", start + "Content-Length:\r\n\r\n"},
      {"another coding", start + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
      {"coding twice", start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"a disguised coding", start + "Transfer-Encoding: xchunked\r\n\r\n"},
      {"a coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"a folded line", start + "A: b\r\n c\r\n\r\n"},
      {"a folded coding", start + "Transfer-Encoding:\r\n chunked\r\n\r\n"},
      {"a bare LF", "GET / HTTP/1.1\nHost: h\r\n\r\n"},
      {"a bare LF in headers", start + "A: b\nC: d\r\n\r\n"},
      {"a bare CR", start + "A: b\rC: d\r\n\r\n"},
      {"a space before the colon", start + "Content-Length : 5\r\n\r\n"},
      {"a NUL", start + std::string("A: b\0c\r\n\r\n", 10)},
      {"no colon", start + "A\r\n\r\n"},
      {"an empty name", start + ": x\r\n\r\n"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"no version", "GET /\r\nHost: h\r\n\r\n"},
      {"version 2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
      {"bytes beyond ASCII", "GET /\xC3\xA4 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"no path", "GET a HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a bad method", "G@T / HTTP/1.1\r\nHost: h\r\n\r\n"},
  };
  for (const auto& [name, bytes] : cases) EXPECT_EQ(refusalOf(bytes), 400) << name;
}

TEST(RequestParser, HoldsItsLimits) {
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(refusalOf("GET /" + std::string(9000, 'a')), 414);
  EXPECT_EQ(refusalOf("GET /" + std::string(8200, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(refusalOf(start + "A: " + std::string(61 * 1024, 'a')), 431);
  std::string many = start;
  for (int i = 0; i < 99; ++i) many += "A: b\r\n";
  EXPECT_EQ(refusalOf(many + "\r\n"), 0);
  EXPECT_EQ(refusalOf(many + "A: b\r\n\r\n"), 431);
  EXPECT_EQ(refusalOf(start + "Expect: tea\r\n\r\n"), 417);
}

RC_GTEST_PROP(RequestParser, TakesAHeadInPiecesAsInOne, ()) {
  const std::string bytes = "PUT /a HTTP/1.1\r\nHost: h\r\nB: c\r\nContent-Length: 3\r\n\r\n";
  const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
  ServerSettings settings;
  RequestParser parser(settings);
  RequestHead head;
  RC_ASSERT(parser.head(std::string_view(bytes).substr(0, cut), head) == 0U);
  RC_ASSERT(parser.head(bytes, head) == bytes.size());
  RC_ASSERT(head.header("b") == "c");
}

/// The body decoded from `bytes` given in pieces of `piece`, or the status of the refusal.
std::string bodyOf(const std::string& bytes, std::size_t piece) {
  ServerSettings settings;
  RequestParser parser(settings);
  RequestHead head;
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  parser.head(start, head);
  std::string decoded;
  const RequestParser::Sink sink = [&decoded](std::string_view text) { decoded.append(text); };
  std::string unread;
  try {
    for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += piece) {
      unread.append(bytes, at, piece);
      unread.erase(0, parser.body(unread, sink));
    }
  } catch (const Error& error) {
    return std::to_string(error.status());
  }
  return parser.done() ? decoded : "unfinished";
}

TEST(RequestParser, ReadsChunksInAnyPieces) {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    EXPECT_EQ(bodyOf("4\r\nWiki\r\n6;ext=1\r\npedia \r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", piece),
              "Wikipedia 0123456789");
  }
}

TEST(RequestParser, RefusesBadChunks) {
  const std::pair<const char*, std::string> cases[] = {
      {"no size", "\r\nabc\r\n0\r\n\r\n"},
      {"not hex", "g\r\nabc\r\n0\r\n\r\n"},
      {"hex prefix", "0x3\r\nabc\r\n0\r\n\r\n"},
      {"negative", "-3\r\nabc\r\n0\r\n\r\n"},
      {"overflow", "FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n"},
      {"bare LF", "3\nabc\r\n0\r\n\r\n"},
      {"longer than said", "3\r\nabcd\r\n0\r\n\r\n"},
      {"shorter than said", "3\r\nab\r\n0\r\n\r\n"},
      {"LF after data", "3\r\nabc\n0\r\n\r\n"},
  };
  for (const auto& [name, bytes] : cases) EXPECT_EQ(bodyOf(bytes, bytes.size()), "400") << name;
}

class StaticFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ + "/open/sub");
    std::ofstream(root_ + "/open/sub/a b.svg") << "<svg/>";
    std::ofstream(root_ + "/open/.hidden") << "no";
    std::ofstream(root_ + "/secret.txt") << "no";
    std::filesystem::create_symlink(root_ + "/secret.txt", root_ + "/open/link.txt");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  Response get(std::string_view path, std::vector<Header> headers = {}) const {
    return files_.serve(Request("GET", "/x", std::move(headers)).head(), path);
  }

  const std::string root_ = testing::TempDir() + "kontor-static";
  const StaticFiles files_{root_ + "/open"};
};

TEST_F(StaticFolder, ServesItsFilesWithTypeAndTag) {
  const Response response = get("sub/a%20b.svg");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.size(), 6);
  EXPECT_EQ(response.find("content-type"), "image/svg+xml");
  const std::string tag(*response.find("etag"));
  EXPECT_EQ(get("sub/a%20b.svg", {{"If-None-Match", tag}}).status, 304);
}

TEST_F(StaticFolder, IsNeverLeft) {
  for (const char* path : {"../secret.txt", "sub/../../secret.txt", "%2e%2e/secret.txt", "sub/..%2f..%2fsecret.txt",
                           "/secret.txt", "link.txt", ".hidden", "sub", "", "sub/", "sub//a%20b.svg", "absent"}) {
    try {
      EXPECT_EQ(get(path).status, 404) << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.status(), 404) << path;
    }
  }
  EXPECT_THROW(get("%00"), Error);
}

}  // namespace
}  // namespace kontor::http
