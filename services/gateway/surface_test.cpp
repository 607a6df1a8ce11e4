#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "chassis/base/error.hpp"
#include "chassis/http/uri.hpp"
#include "chassis/json/reader.hpp"
#include "services/gateway/docs_page.hpp"
#include "services/gateway/openapi.hpp"
#include "services/gateway/route.hpp"
#include "services/gateway/router.hpp"

namespace kontor::gateway {
namespace {

class RouterTest : public testing::Test {
 protected:
  void add(std::string verb, std::string path) {
    auto route = std::make_unique<Route>();
    route->verb = std::move(verb);
    route->path = std::move(path);
    router_.add(route->verb, route->path, route.get());
    routes_.push_back(std::move(route));
  }
  std::string find(std::string_view verb, std::string_view path) const {
    const RouteMatch match = router_.match(verb, path);
    return match.route != nullptr ? match.route->path : match.allow;
  }

  Router router_;
  std::vector<std::unique_ptr<Route>> routes_;
};

TEST_F(RouterTest, ALiteralBeatsAVariable) {
  add("GET", "/a/{x}");
  add("GET", "/a/b");
  add("GET", "/a/{x}/c");
  add("GET", "/a/b/d");
  add("POST", "/a/{x}/c");
  add("GET", "/files/**");
  add("GET", "/");
  EXPECT_EQ(find("GET", "/a/b"), "/a/b");
  EXPECT_EQ(find("GET", "/a/z"), "/a/{x}");
  EXPECT_EQ(find("GET", "/a/b/c"), "/a/{x}/c") << "the literal's subtree has no c";
  EXPECT_EQ(find("GET", "/a/b/d"), "/a/b/d");
  EXPECT_EQ(find("DELETE", "/a/b/c"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(find("GET", "/files/x/y"), "/files/**");
  EXPECT_EQ(find("GET", "/"), "/");
  for (const char* unknown : {"/a", "/a/", "/a/b/", "/files", "/files/", "", "x", "//", "/A/b"}) {
    EXPECT_EQ(find("GET", unknown), "") << unknown;
  }
}

RC_GTEST_PROP(Router, VariablesComeBackAsTheyWereEncoded, (std::string text)) {
  for (char& c : text) c = static_cast<char>(c & 0x7F);
  std::erase(text, '\0');
  std::erase(text, '/');
  RC_PRE(!text.empty() && text != "." && text != "..");
  const auto values = variablesOf("/a/{x}/b/{y}", "/a/" + http::percentEncode(text) + "/b/2");
  RC_ASSERT(values == (std::vector<std::string>{text, "2"}));
}

/// Calls `see` with every key and text of a JSON value, at any depth.
void walk(const json::Value& value, const std::function<void(std::string_view key, std::string_view text)>& see) {
  if (value.type() == json::Value::Type::kArray) {
    json::ArrayCursor at(value);
    while (at.next()) walk(at.value(), see);
  }
  if (value.type() != json::Value::Type::kObject) return;
  json::ObjectCursor at(value);
  while (at.next()) {
    see(at.key(), at.value().type() == json::Value::Type::kString ? at.value().string() : std::string_view{});
    walk(at.value(), see);
  }
}

TEST(OpenApi, DescribesEveryOperationOnce) {
  const std::string text = openApi("1.2.3");
  const json::Document document = json::Document::parse(text);
  std::set<std::string> operations;
  std::set<std::string> keys;
  std::set<std::string> references;
  walk(document.root(), [&](std::string_view key, std::string_view value) {
    keys.insert(std::string(key));
    if (key == "operationId") {
      EXPECT_TRUE(operations.insert(std::string(value)).second) << value;
    }
    if (key == "$ref") references.insert(std::string(value.substr(value.rfind('/') + 1)));
  });
  std::size_t expected = 0;
  for (const Contract& contract : publicTables()) {
    for (const rpc::Method& method : contract.table) expected += method.http.size();
  }
  EXPECT_EQ(operations.size(), expected);
  EXPECT_GT(expected, 30U);
  for (const std::string& name : references)
    EXPECT_TRUE(keys.contains(name)) << name << " is referred to but not there";
  EXPECT_TRUE(keys.contains("/v1/store/carts/{cartId}/lines"));
  EXPECT_FALSE(keys.contains("signature")) << "a field filled from a header is no part of the body";
  EXPECT_NE(text.find("\"x-access\":\"order:read\""), std::string::npos);
  EXPECT_NE(text.find("\"version\":\"1.2.3\""), std::string::npos);
}

TEST(OpenApi, IsWrittenForTheValidator) {
  // The next test of the suite (openapi_valid) hands this file to a public validator.
  std::ofstream file(KONTOR_OPENAPI_FILE);
  file << openApi("1.2.3");
  EXPECT_TRUE(file.good());
}

TEST(Docs, ShowEveryPathAndEscapeTexts) {
  const std::string page = docsPage(openApi("1.2.3"));
  for (const auto& route : routesOf(publicTables())) {
    EXPECT_NE(page.find("<b>" + route->verb + "</b>"), std::string::npos);
  }
  EXPECT_NE(page.find("/v1/store/carts/{cartId}/complete"), std::string::npos);
  const std::string hostile = docsPage(
      R"({"paths":{"/<script>":{"get":{"summary":"a & \"b\" <c>","x-access":"anyone"}}},"components":{"schemas":{}}})");
  EXPECT_EQ(hostile.find("<script>"), std::string::npos);
  EXPECT_NE(hostile.find("a &amp; &quot;b&quot; &lt;c&gt;"), std::string::npos);
}

}  // namespace
}  // namespace kontor::gateway
