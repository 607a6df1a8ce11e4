#include "bench/answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kontor::bench {
namespace {

constexpr std::string_view kWhole =
    "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\nConnection: keep-alive\r\n\r\nhello";

TEST(ParseAnswer, ReadsStatusBodyAndWhereItEnds) {
  Answer answer;
  const std::string two = std::string(kWhole) + "HTTP/1.1";
  ASSERT_EQ(parseAnswer(two, answer), Parsed::kWhole);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.bytes, kWhole.size());
  EXPECT_FALSE(answer.close);
}

TEST(ParseAnswer, WaitsForEveryByte) {
  Answer answer;
  for (std::size_t size = 0; size < kWhole.size(); ++size) {
    EXPECT_EQ(parseAnswer(kWhole.substr(0, size), answer), Parsed::kPart) << size;
  }
}

TEST(ParseAnswer, KnowsStatusesWithoutABodyAndTheEndOfAConnection) {
  Answer answer;
  ASSERT_EQ(parseAnswer("HTTP/1.1 304 Not Modified\r\nConnection: Close\r\n\r\n", answer), Parsed::kWhole);
  EXPECT_EQ(answer.status, 304);
  EXPECT_TRUE(answer.body.empty());
  EXPECT_TRUE(answer.close);
}

TEST(ParseAnswer, RefusesWhatItCannotCount) {
  Answer answer;
  for (const std::string_view text :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n", "SMTP 220\r\n\r\n"}) {
    EXPECT_EQ(parseAnswer(text, answer), Parsed::kMalformed) << text;
  }
}

TEST(TextMember, FindsTheFirstOfItsName) {
  EXPECT_EQ(textMember(R"({"version":1,"id":"cart_1","x":{"id":"other"}})", "\"id\":"), "cart_1");
  EXPECT_EQ(textMember(R"({"name":"x"})", "\"id\":"), "");
}

}  // namespace
}  // namespace kontor::bench
