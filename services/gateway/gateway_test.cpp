#include "services/gateway/gateway_test.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <map>

namespace kontor::gateway {
namespace {

TEST_F(GatewayTest, KnowsItsPathsAndVerbs) {
  const auto unknown = send("GET", "/v1/store/nothing");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(member(unknown, "instance"), "/v1/store/nothing");
  const auto wrong = send("DELETE", "/v1/store/carts/c");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.find("allow"), "GET, HEAD, PATCH, OPTIONS");
  const auto options = send("OPTIONS", "/v1/store/carts/c");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.find("allow"), "GET, HEAD, PATCH, OPTIONS");
  EXPECT_EQ(send("HEAD", "/v1/store/carts/c").status, 200);
  EXPECT_EQ(send("OPTIONS", "*").status, 204);
  EXPECT_EQ(send("GET", "/v1/store/carts/c/").status, 404);
  EXPECT_EQ(send("GET", "/v1//store/carts/c").status, 404);
  for (const char* bad :
       {"/v1/store/carts/a%2Fb", "/v1/store/carts/%zz", "/v1/store/carts/%ff", "/v1/store/carts/.."}) {
    EXPECT_EQ(member(send("GET", bad), "reason"), "BAD_PATH") << bad;
  }
}

TEST_F(GatewayTest, RoutesNothingInternal) {
  for (const rpc::Method& method : shop_->rows) {
    const bool internal = method.access.rule == rpc::Access::Rule::kInternal;
    EXPECT_TRUE(!internal || method.http.empty()) << method.full_name;
  }
  rpc::Method leaked = shop_->rows.front();
  leaked.access = {rpc::Access::Rule::kInternal, {}};
  const std::array<rpc::Method, 1> table{leaked};
  EXPECT_TRUE(routesOf({Contract{table, shop_}}).empty());
}

TEST_F(GatewayTest, TellsWhoMayCall) {
  const auto statusOf = [&](std::string_view verb, std::string_view target, std::string_view token) {
    const std::string header = "Bearer " + std::string(token);
    return send(verb, target, {{"Authorization", header}}).status;
  };
  const auto anonymous = send("GET", "/v1/admin/orders");
  EXPECT_EQ(anonymous.status, 401);
  EXPECT_EQ(anonymous.find("www-authenticate"), "Bearer realm=\"kontor\"");
  const auto unknown = send("GET", "/v1/admin/orders", {{"Authorization", "Bearer forged"}});
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.find("www-authenticate"), "Bearer realm=\"kontor\", error=\"invalid_token\"");
  EXPECT_EQ(statusOf("GET", "/v1/admin/orders", "customer"), 403);
  EXPECT_EQ(statusOf("GET", "/v1/admin/orders", "clerk"), 200);
  EXPECT_EQ(statusOf("GET", "/v1/admin/orders", "owner"), 200);
  EXPECT_EQ(statusOf("POST", "/v1/admin/orders/o/cancel", "clerk"), 403);
  EXPECT_EQ(statusOf("GET", "/v1/store/me", "clerk"), 403);
  EXPECT_EQ(statusOf("GET", "/v1/store/me", "customer"), 200);
  EXPECT_EQ(statusOf("GET", "/v1/admin/me", "clerk"), 200);
  EXPECT_EQ(statusOf("GET", "/v1/admin/me", "customer"), 403);
  EXPECT_EQ(statusOf("GET", "/v1/store/carts/c", "forged"), 401) << "a bad token is refused even where none is needed";
  EXPECT_EQ(statusOf("GET", "/v1/store/carts/c", "customer"), 200);
  EXPECT_EQ(context().principal().id, "customer");
  EXPECT_EQ(send("GET", "/v1/admin/orders", {{"Authorization", "Basic eDp5"}}).status, 401);
}

TEST_F(GatewayTest, ACallWithoutATokenIsRefusedBeforeItsBodyIsRead) {
  http::BodyPolicy policy;
  auto body = [](Gateway& gateway, http::BodyPolicy& into) -> task<void> {
    const http::Request upload("POST", "/v1/admin/imports");
    into = gateway.head(upload.head());
    co_return;
  };
  world_->run(body(*gateway_, policy));
  ASSERT_TRUE(policy.answer);
  EXPECT_EQ(policy.answer->status, 401);
}

TEST_F(GatewayTest, RefusesARuleItDoesNotKnow) {
  rpc::Principal owner;
  owner.kind = rpc::Principal::Kind::kStaff;
  owner.permissions = {"*"};
  EXPECT_THROW(requireAccess({rpc::Access::Rule::kInternal, {}}, owner), Error);
  EXPECT_THROW(requireAccess({static_cast<rpc::Access::Rule>(77), {}}, owner), Error);
}

TEST_F(GatewayTest, LimitsBodiesAsTheContractSays) {
  std::map<std::string, http::BodyPolicy> policies;
  auto body = [](Gateway& gateway, std::map<std::string, http::BodyPolicy>& into) -> task<void> {
    for (const char* path : {"/hooks/payment/sandbox", "/v1/store/carts", "/v1/admin/imports"}) {
      const http::Request request("POST", path, {{"Authorization", "Bearer owner"}});
      into[path] = gateway.head(request.head());
    }
    co_return;
  };
  world_->run(body(*gateway_, policies));
  EXPECT_EQ(policies["/hooks/payment/sandbox"].most_bytes, 65536);
  EXPECT_EQ(policies["/v1/store/carts"].most_bytes, 1024 * 1024);
  EXPECT_FALSE(policies["/v1/store/carts"].spool);
  EXPECT_EQ(policies["/v1/admin/imports"].most_bytes, 1073741824);
  EXPECT_TRUE(policies["/v1/admin/imports"].spool);
}

TEST_F(GatewayTest, AnswersWithTagAndNotModified) {
  const auto first = send("GET", "/v1/store/products/tee");
  const std::string tag(*first.find("etag"));
  EXPECT_EQ(first.find("cache-control"), "public, max-age=5");
  const auto second = send("GET", "/v1/store/products/tee", {{"If-None-Match", tag}});
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.text(), "");
  EXPECT_EQ(second.find("etag"), tag);
  EXPECT_EQ(send("GET", "/v1/store/products/tee", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(send("GET", "/v1/store/carts/c").find("cache-control"), "private, no-cache");
  EXPECT_EQ(send("GET", "/v1/store/products/tee", {{"Authorization", "Bearer customer"}}).find("cache-control"),
            "private, no-cache");
}

TEST_F(GatewayTest, KeepsWhatTheContractSaysMayBeKept) {
  shop_->answer = [] {
    auto product = std::make_unique<catalog::v1::Product>();
    product->set_id("prod_tee");
    product->add_variants()->set_sku("TEE-S");
    return product;
  };
  const auto first = send("GET", "/v1/store/products/tee");
  const auto second = send("GET", "/v1/store/products/tee", {{"X-Request-Id", "mine"}});
  EXPECT_EQ(shop_->contexts.size(), 1U);
  EXPECT_EQ(second.text(), first.text());
  EXPECT_EQ(second.find("x-request-id"), "mine") << "what names a request is never kept";
  EXPECT_NE(second.find("traceparent"), first.find("traceparent"));
  for (const char* header :
       {"etag", "content-type", "cache-control", "x-content-type-options", "content-security-policy"}) {
    EXPECT_EQ(second.find(header), first.find(header)) << header;
  }
  const std::string tag(*first.find("etag"));
  const auto known = send("HEAD", "/v1/store/products/tee", {{"If-None-Match", tag}});
  EXPECT_EQ(known.status, 304);
  EXPECT_FALSE(known.find("content-type"));
  EXPECT_EQ(known.find("etag"), tag);
  EXPECT_EQ(shop_->contexts.size(), 1U);
  const std::array sold{store::EventName{"inventory", "stock.changed", "TEE-S"}};
  freshness_.note(sold);
  EXPECT_EQ(send("GET", "/v1/store/products/tee").status, 200);
  EXPECT_EQ(shop_->contexts.size(), 2U);
}

TEST_F(GatewayTest, KeepsNothingForSomebody) {
  for (int i = 0; i < 2; ++i) {
    send("GET", "/v1/store/carts/c");
    send("GET", "/v1/store/products/tee", {{"Authorization", "Bearer customer"}});
    EXPECT_EQ(send("GET", "/v1/store/products?pageSize=900").status, 400);
  }
  EXPECT_EQ(shop_->contexts.size(), 4U);
  EXPECT_EQ(send("GET", "/v1/store/products/tee", {{"Authorization", "Bearer forged"}}).status, 401);
}

TEST_F(GatewayTest, TheAnswerMayNameItsStatus) {
  shop_->answer = [] {
    auto answer = std::make_unique<order::v1::CompleteResponse>();
    answer->set_status(202);
    return answer;
  };
  const auto response = send("POST", "/v1/store/carts/c/complete", {}, "{}");
  EXPECT_EQ(response.status, 202);
  EXPECT_FALSE(names(response, "202"));
}

TEST_F(GatewayTest, FailuresBecomeProblemsThatRevealNothing) {
  shop_->answer = []() -> rpc::MessagePtr {
    throw Error(Code::kFailedPrecondition, "OUT_OF_STOCK", "only 3 are left").withDetail("available", 3);
  };
  const auto expected = send("POST", "/v1/store/carts/c/complete", {}, "{}");
  EXPECT_EQ(expected.status, 409);
  EXPECT_EQ(member(expected, "reason"), "OUT_OF_STOCK");
  EXPECT_EQ(member(expected, "traceId").size(), 32U);
  EXPECT_EQ(sink_->text, "") << "what callers expect is not logged";
  shop_->answer = []() -> rpc::MessagePtr { throw std::runtime_error("secret /var/lib/x.db"); };
  const auto broken = send("GET", "/v1/store/carts/cart_SECRET");
  EXPECT_EQ(broken.status, 500);
  EXPECT_FALSE(names(broken, "/var/lib"));
  EXPECT_NE(sink_->text.find("/var/lib/x.db"), std::string::npos);
  EXPECT_NE(sink_->text.find(member(broken, "traceId")), std::string::npos);
  EXPECT_EQ(sink_->text.find("cart_SECRET"), std::string::npos) << "a cart's secret is in no log";
}

TEST_F(GatewayTest, EveryAnswerCarriesItsHeaders) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ + "/a.svg") << "<svg/>";
  for (const auto& [verb, target] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/v1/store/products"},
                                                        {"GET", "/nothing"},
                                                        {"DELETE", "/v1/store/carts"},
                                                        {"GET", "/v1/admin/orders"},
                                                        {"OPTIONS", "/v1/store/carts"},
                                                        {"GET", "/"},
                                                        {"GET", "/docs"},
                                                        {"GET", "/openapi.json"},
                                                        {"GET", "/media/a.svg"},
                                                        {"GET", "/media/absent.svg"},
                                                        {"GET", "/assets/products.js"},
                                                        {"GET", "/sandbox/actions/act_1"}}) {
    const auto response = send(verb, target);
    for (const char* name : {"X-Request-Id", "traceparent", "X-Content-Type-Options", "Content-Security-Policy",
                             "Referrer-Policy", "Cross-Origin-Resource-Policy"}) {
      EXPECT_TRUE(response.find(name).has_value()) << verb << " " << target << " lacks " << name;
      const std::string line = "\r\n" + std::string(name) + ": ";
      EXPECT_EQ(response.header_lines.find(line), response.header_lines.rfind(line)) << target << " has two " << name;
    }
    EXPECT_EQ(response.find("Content-Security-Policy")->substr(0, 19), "default-src 'none';") << target;
    EXPECT_FALSE(response.find("Access-Control-Allow-Origin").has_value());
  }
}

TEST_F(GatewayTest, AllowsOtherOriginsOnlyWhenToldTo) {
  EXPECT_FALSE(
      send("GET", "/v1/store/products", {{"Origin", "https://a.example"}}).find("access-control-allow-origin"));
  GatewayOptions options;
  options.cors_origins = {"https://a.example"};
  open(options);
  const auto answer = send("GET", "/v1/store/products", {{"Origin", "https://a.example"}});
  EXPECT_EQ(answer.find("access-control-allow-origin"), "https://a.example");
  EXPECT_EQ(answer.find("vary"), "Origin");
  EXPECT_FALSE(
      send("GET", "/v1/store/products", {{"Origin", "https://b.example"}}).find("access-control-allow-origin"));
  const auto asked =
      send("OPTIONS", "/v1/store/carts", {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(asked.find("access-control-allow-methods"), "POST, OPTIONS");
}

TEST_F(GatewayTest, CountsRequestsByRoute) {
  send("GET", "/v1/store/carts/one");
  send("GET", "/v1/store/carts/two");
  send("GET", "/unknown/one");
  const std::string text = metrics_.expose();
  EXPECT_NE(text.find(R"(seconds_count{method="GET",route="/v1/store/carts/{cart_id}",status="200"} 2)"),
            std::string::npos)
      << text.substr(0, 2000);
  EXPECT_NE(text.find(R"(route="unknown",status="404"} 1)"), std::string::npos);
  EXPECT_EQ(text.find("/v1/store/carts/one"), std::string::npos);
}

}  // namespace
}  // namespace kontor::gateway
