// What comes from clients: paths, queries and JSON bodies, read into every request that the contracts have.
//
// Input: "VERB TARGET\n" and a body. A request is either refused with an Error of the 400s, or read; what was read,
// written and read again must give the same bytes. Seeds: testdata/fuzz/rest_fuzz.

#include <google/protobuf/message.h>

#include <cstdio>
#include <cstdlib>

#include "chassis/base/error.hpp"
#include "chassis/http/message.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"
#include "services/gateway/rest.hpp"
#include "services/gateway/route.hpp"
#include "services/gateway/router.hpp"

namespace kontor::gateway {
namespace {

[[noreturn]] void fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

/// Every route of the shop, as the gateway serves it.
struct Shop {
  Shop() : routes(routesOf(publicTables())) {
    for (const auto& route : routes) router.add(route->verb, route->path, route.get());
  }
  std::vector<std::unique_ptr<Route>> routes;
  Router router;
};

std::string written(const rpc::MessageCodec& codec, const google::protobuf::Message& message) {
  std::string text;
  json::Writer writer(text);
  codec.write_json(message, writer);
  return text;
}

void readAgain(const rpc::MessageCodec& codec, const std::string& text) {
  const rpc::MessagePtr again = codec.create();
  try {
    const json::Document document = json::Document::parse(text);
    json::Reader reader(json::Unknown::kRefuse);
    codec.read_json(document.root(), *again, reader);
    reader.finish();
  } catch (const Error& error) {
    fail("what was written is refused when it is read:", text + "\n" + error.what());
  }
  if (written(codec, *again) != text) fail("what was written reads differently:", text + "\n" + written(codec, *again));
}

void tryRequest(std::string_view verb, std::string_view target, std::string body) {
  static const Shop shop;
  http::Request request(verb, target, {{"Content-Type", "application/json"}}, std::move(body));
  const Route* route = shop.router.match(verb, request.path()).route;
  if (route == nullptr || route->method->file_body) return;
  try {
    const rpc::MessagePtr message = readRequest(*route, request);
    readAgain(*route->method->request, written(*route->method->request, *message));
  } catch (const Error& error) {
    if (error.code() == Code::kInternal) fail("a client's input became an internal error:", error.what());
  }
}

}  // namespace
}  // namespace kontor::gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  const std::string_view body = line.size() < input.size() ? input.substr(line.size() + 1) : std::string_view();
  kontor::gateway::tryRequest(line.substr(0, blank), line.substr(blank + 1), std::string(body));
  return 0;
}
