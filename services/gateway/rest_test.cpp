#include <filesystem>
#include <fstream>

#include "services/gateway/gateway_test.hpp"

namespace kontor::gateway {
namespace {

TEST_F(GatewayTest, ReadsPathAndBody) {
  const auto response = send("POST", "/v1/store/carts/cart_%C3%A4/lines", {}, R"({"sku":"TEE","quantity":2})");
  EXPECT_EQ(response.status, 201) << response.text();
  EXPECT_EQ(response.find("content-type"), kJson);
  EXPECT_EQ(response.find("cache-control"), "no-store");
  const auto& request = asked<cart::v1::AddLineRequest>();
  EXPECT_EQ(request.cart_id(), "cart_ä");
  EXPECT_EQ(request.sku(), "TEE");
  EXPECT_EQ(request.quantity(), 2);
}

TEST_F(GatewayTest, AnEmptyBodyIsAnEmptyObject) {
  EXPECT_EQ(send("POST", "/v1/store/carts").status, 201);
  const auto response = send("POST", "/v1/store/carts/c/lines");
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(names(response, R"("path":"sku")")) << response.text();
}

TEST_F(GatewayTest, RefusesBodiesThatAreNotWhatTheContractSays) {
  const std::string target = "/v1/store/carts/c/lines";
  const auto reasonOf = [&](std::string body) { return member(send("POST", target, {}, std::move(body)), "reason"); };
  EXPECT_EQ(reasonOf(R"({"sku":)"), "MALFORMED_JSON");
  EXPECT_EQ(reasonOf(std::string(100, '[') + std::string(100, ']')), "TOO_DEEP");
  EXPECT_EQ(reasonOf(R"({"sku":"a","metadata":{"x":"\ud800"}})"), "MALFORMED_JSON");
  const auto unknown = send("POST", target, {}, R"({"sku":"a","unitPrice":{"amount":1}})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_TRUE(names(unknown, "UNKNOWN_FIELD") && names(unknown, R"("path":"unitPrice")")) << unknown.text();
  EXPECT_TRUE(names(send("POST", target, {}, R"({"sku":"a","sku":"b"})"), "DUPLICATE"));
  const auto many = send("POST", target, {}, R"({"sku":7,"quantity":0})");
  EXPECT_TRUE(names(many, R"("path":"sku")") && names(many, R"("path":"quantity")")) << many.text();
  EXPECT_EQ(many.find("content-type"), "application/problem+json");
  EXPECT_TRUE(shop_->contexts.empty());
}

TEST_F(GatewayTest, TakesJsonOnly) {
  http::Request form("POST", "/v1/store/carts", {{"Content-Type", "application/x-www-form-urlencoded"}},
                     "currency=EUR");
  EXPECT_EQ(send(std::move(form)).status, 415);
  http::Request with_charset("POST", "/v1/store/carts", {{"Content-Type", "Application/JSON; charset=utf-8"}}, "{}");
  EXPECT_EQ(send(std::move(with_charset)).status, 201);
  EXPECT_EQ(member(send("GET", "/v1/store/carts/c", {}, "{}"), "reason"), "UNEXPECTED_BODY");
}

TEST_F(GatewayTest, ReadsAndChecksTheQuery) {
  EXPECT_EQ(send("GET", "/v1/store/products?pageSize=7&category=a%20b").status, 200);
  EXPECT_EQ(asked<catalog::v1::ListProductsRequest>().page_size(), 7);
  EXPECT_EQ(asked<catalog::v1::ListProductsRequest>().category(), "a b");
  const auto unknown = send("GET", "/v1/store/products?pageSize=7&sort=price");
  EXPECT_TRUE(names(unknown, "UNKNOWN_FIELD") && names(unknown, R"("path":"sort")")) << unknown.text();
  EXPECT_EQ(send("GET", "/v1/store/products?pageSize=seven").status, 400);
  EXPECT_EQ(send("GET", "/v1/store/products?pageSize=101").status, 400);
  EXPECT_TRUE(names(send("GET", "/v1/store/products?pageSize=1&pageSize=2"), "DUPLICATE_FIELD"));
  EXPECT_EQ(member(send("GET", "/v1/store/products?category=%ff"), "reason"), "BAD_QUERY");
  EXPECT_TRUE(names(send("GET", "/v1/store/carts/mine?cartId=theirs"), "UNKNOWN_FIELD"));
}

TEST_F(GatewayTest, CarriesTheCallsContext) {
  send("POST", "/v1/store/carts/c/payment",
       {{"Idempotency-Key", "0123456789abcdef0123"},
        {"If-Match", "\"v12\""},
        {"Accept-Language", "de-AT,de;q=0.9"},
        {"X-Request-Id", "call-7"},
        {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}},
       R"({"provider":"sandbox","token":"tok_approve"})");
  ASSERT_FALSE(shop_->contexts.empty());
  const rpc::Context call = context();
  EXPECT_EQ(call.expectedVersion(), 12);
  EXPECT_EQ(call.locale(), "de-AT");
  EXPECT_EQ(call.requestId(), "call-7");
  EXPECT_EQ(call.trace().traceId(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_NE(call.trace().spanId(), "00f067aa0ba902b7");
  ASSERT_TRUE(call.deadline());
  EXPECT_EQ(*call.deadline(), SteadyTime() + std::chrono::seconds(15)) << "the contract's own time";
  ASSERT_TRUE(call.idempotency());
  EXPECT_EQ(call.idempotency()->key, "0123456789abcdef0123");
  EXPECT_EQ(call.idempotency()->scope.find("carts/c"), std::string::npos) << "the cart's secret is not stored";
}

TEST_F(GatewayTest, AKeyReachesNoOtherCallerPathOrBody) {
  const auto keyOf = [&](std::string_view path, std::string_view token, std::string body) {
    std::vector<Header> headers{{"Idempotency-Key", "0123456789abcdef0123"}};
    const std::string bearer = "Bearer " + std::string(token);
    if (!token.empty()) headers.push_back({"Authorization", bearer});
    send("POST", path, headers, std::move(body));
    return *context().idempotency();
  };
  const auto first = keyOf("/v1/store/carts/c/lines", "", R"({"sku":"a"})");
  EXPECT_EQ(keyOf("/v1/store/carts/c/lines", "", R"({"sku":"a"})").scope, first.scope);
  EXPECT_NE(keyOf("/v1/store/carts/d/lines", "", R"({"sku":"a"})").scope, first.scope);
  EXPECT_NE(keyOf("/v1/store/carts/c/lines", "customer", R"({"sku":"a"})").scope, first.scope);
  const auto other = keyOf("/v1/store/carts/c/lines", "", R"({"sku":"b"})");
  EXPECT_EQ(other.scope, first.scope);
  EXPECT_NE(other.fingerprint, first.fingerprint);
}

TEST_F(GatewayTest, ChecksItsHeaders) {
  const auto reasonOf = [&](std::vector<Header> headers) {
    return member(send("POST", "/v1/store/carts/c/complete", std::move(headers)), "reason");
  };
  EXPECT_EQ(reasonOf({{"Idempotency-Key", "short"}}), "BAD_IDEMPOTENCY_KEY");
  EXPECT_EQ(reasonOf({{"Idempotency-Key", ""}}), "BAD_IDEMPOTENCY_KEY");
  const std::string longest(256, 'k');
  EXPECT_EQ(reasonOf({{"Idempotency-Key", longest}}), "BAD_IDEMPOTENCY_KEY");
  EXPECT_EQ(reasonOf({{"Idempotency-Key", "short"}, {"Authorization", "Bearer customer"}}), "");
  EXPECT_EQ(reasonOf({{"If-Match", "\"abc\""}}), "BAD_IF_MATCH");
  for (const char* good : {"12", "\"12\"", "v12", "W/\"v12\""}) {
    EXPECT_EQ(reasonOf({{"If-Match", good}}), "") << good;
    EXPECT_EQ(context().expectedVersion(), 12);
  }
  send("GET", "/v1/store/carts/c", {{"X-Request-Id", "bad id\x01"}, {"traceparent", "junk"}});
  EXPECT_EQ(context().requestId(), context().trace().traceId());
  EXPECT_TRUE(context().trace().valid());
}

TEST_F(GatewayTest, FillsFieldsFromHeaders) {
  http::RequestHead head;
  head.method = "POST";
  head.target = "/v1/store/auth/login";
  head.peer = "192.0.2.7";
  head.headers = {{"Content-Type", kJson}, {"X-Peer-Address", "203.0.113.9"}};
  send(http::Request(head, http::Body(R"({"email":"a@b.example","password":"long enough"})")));
  EXPECT_EQ(asked<user::v1::LoginRequest>().peer(), "192.0.2.7") << "what a client claims does not count";
  http::Request hook("POST", "/hooks/payment/sandbox", {{"Kontor-Signature", "t=1"}, {"Content-Type", "text/x"}},
                     "raw");
  send(std::move(hook));
  const auto& webhook = asked<payment::v1::ReceiveWebhookRequest>();
  EXPECT_EQ(webhook.signature(), "t=1");
  EXPECT_EQ(webhook.provider(), "sandbox");
  EXPECT_EQ(webhook.body().data(), "raw");
  EXPECT_EQ(webhook.body().content_type(), "text/x");
  EXPECT_EQ(webhook.body().size(), 3);
}

TEST_F(GatewayTest, HandsASpooledFileOn) {
  const std::string path = ::testing::TempDir() + "kontor-blob";
  const auto upload = [&](std::string_view query) {
    std::ofstream(path) << "Title,Handle";
    http::RequestHead head;
    const std::string target = "/v1/admin/imports" + std::string(query);
    head.method = "POST";
    head.target = target;
    head.headers = {{"Authorization", "Bearer owner"}, {"Content-Type", "text/csv"}};
    return send(http::Request(head, http::Body(path, 12))).status;
  };
  EXPECT_EQ(upload("?dryRun=perhaps"), 400);
  EXPECT_FALSE(std::filesystem::exists(path)) << "a refused upload leaves nothing";
  EXPECT_EQ(upload("?dryRun=true"), 202);
  const auto& request = asked<catalog::v1::ImportProductsRequest>();
  EXPECT_EQ(request.file().blob(), "kontor-blob");
  EXPECT_EQ(request.file().size(), 12);
  EXPECT_TRUE(request.dry_run());
  EXPECT_TRUE(std::filesystem::remove(path)) << "the receiver owns it now";
}

TEST_F(GatewayTest, AnswersWithAFileAndItsHeaders) {
  const std::string path = ::testing::TempDir() + "kontor-export";
  std::ofstream(path) << "Title,Handle";
  const auto answer = [](const std::string& blob, const std::string& data) {
    auto message = std::make_unique<catalog::v1::ExportProductsResponse>();
    message->mutable_file()->set_content_type("text/csv");
    message->mutable_file()->set_blob(blob);
    message->mutable_file()->set_data(data);
    message->set_report("{\"rows\":1}");
    return message;
  };
  shop_->answer = [&] { return answer("kontor-export", ""); };
  const std::vector<Header> owner = {{"Authorization", "Bearer owner"}};
  const http::Response spooled = send("POST", "/v1/admin/exports", owner, "{}");
  EXPECT_EQ(spooled.status, 200);
  EXPECT_EQ(spooled.size(), 12);
  EXPECT_EQ(spooled.find("Content-Type"), "text/csv");
  EXPECT_EQ(spooled.find("Export-Report"), "{\"rows\":1}");
  EXPECT_FALSE(std::filesystem::exists(path)) << "it goes with the answer";
  shop_->answer = [&] { return answer("", "held"); };
  EXPECT_EQ(send("POST", "/v1/admin/exports", owner, "{}").text(), "held");
  shop_->answer = [&] { return answer("absent", ""); };
  EXPECT_EQ(member(send("POST", "/v1/admin/exports", owner, "{}"), "reason"), "FILE_UNREADABLE");
}

}  // namespace
}  // namespace kontor::gateway
