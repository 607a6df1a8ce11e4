// Buyers who do nothing but buy: N at once walk the whole path (six calls a checkout) for some seconds on keep-alive
// connections. Prints completed checkouts a second and how long one took. A closed loop: a first figure, not a limit.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/http/client.hpp"
#include "chassis/runtime/loop.hpp"
#include "chassis/runtime/real_environment.hpp"

namespace kontor::bench {
namespace {

struct Tally {
  SteadyTime end;
  std::vector<double> milliseconds;
  int failures = 0;
  std::string first_failure;
};

// The value of the first member of that name; enough for answers whose shape we know.
std::string member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t start = at + key.size();
  return std::string(json.substr(start, json.find('"', start) - start));
}

task<std::string> send(http::Client& shop, std::string method, std::string target, std::string body, int wanted) {
  http::Call call;
  call.method = std::move(method);
  call.target = target;
  call.body = std::move(body);
  if (!call.body.empty()) call.headers = {{"Content-Type", "application/json"}};
  http::Answer answer = co_await shop.send(std::move(call));
  if (answer.status != wanted) {
    throw Error(Code::kUnknown, target + " answered " + std::to_string(answer.status) + ": " + answer.body);
  }
  co_return std::move(answer.body);
}

constexpr std::string_view kAddress = R"({"email":"load@example.org","shippingAddress":{"name":"Load",)"
                                      R"("line1":"Quay 1","city":"Kiel","postalCode":"24103","country":"DE"}})";

task<void> checkout(http::Client& shop, std::string sku, std::string option) {
  const std::string opened = co_await send(shop, "POST", "/v1/store/carts", "{}", 201);
  const std::string cart = "/v1/store/carts/" + member(opened, "id");
  co_await send(shop, "POST", cart + "/lines", R"({"sku":")" + sku + R"(","quantity":1})", 201);
  co_await send(shop, "PATCH", cart, std::string(kAddress), 200);
  co_await send(shop, "PUT", cart + "/shipping", R"({"optionId":")" + option + R"("})", 200);
  co_await send(shop, "POST", cart + "/payment", R"({"provider":"sandbox","token":"tok_approve"})", 201);
  co_await send(shop, "POST", cart + "/complete", "{}", 201);
}

task<void> buyer(std::shared_ptr<http::Client> shop, std::string sku, std::string option, Tally& tally) {
  runtime::Executor& here = runtime::Executor::current();
  while (here.now() < tally.end) {
    const SteadyTime began = here.now();
    try {
      co_await checkout(*shop, sku, option);
      tally.milliseconds.push_back(std::chrono::duration<double, std::milli>(here.now() - began).count());
    } catch (const Error& error) {
      if (tally.failures++ == 0) tally.first_failure = error.message();
    }
  }
}

task<void> run(runtime::Loop& loop, std::string url, std::vector<std::string> skus, int buyers, int seconds,
               Tally& tally) {
  http::Client scout(loop, url);
  const std::string opened = co_await send(scout, "POST", "/v1/store/carts", "{}", 201);
  const std::string options =
      co_await send(scout, "GET", "/v1/store/carts/" + member(opened, "id") + "/shipping-options", "", 200);
  tally.end = loop.now() + std::chrono::seconds(seconds);
  int left = buyers;
  for (int i = 0; i < buyers; ++i) {
    auto finish = [](task<void> work, int& running) -> task<void> {
      co_await work;
      --running;
    };
    auto connection = std::make_shared<http::Client>(loop, url);
    const std::string& sku = skus[static_cast<std::size_t>(i) % skus.size()];
    loop.spawn(finish(buyer(connection, sku, member(options, "id"), tally), left));
  }
  while (left > 0) co_await runtime::sleep(std::chrono::milliseconds(20));
}

double quantile(const std::vector<double>& sorted, double share) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: buyers URL BUYERS SECONDS SKU...\n");
    return 2;
  }
  namespace bench = kontor::bench;
  namespace runtime = kontor::runtime;
  bench::Tally tally;
  const int seconds = std::atoi(argv[3]);
  runtime::RealEnvironment environment(1);
  runtime::runBlocking(environment.background(),
                       bench::run(*environment.loops().front(), argv[1],
                                  std::vector<std::string>(argv + 4, argv + argc), std::atoi(argv[2]), seconds, tally));
  environment.stop();
  std::sort(tally.milliseconds.begin(), tally.milliseconds.end());
  std::printf(
      "{\"buyers\":%s,\"checkoutsPerSecond\":%.0f,\"p50Ms\":%.1f,\"p99Ms\":%.1f,\"checkouts\":%zu,\"failures\":%d}\n",
      argv[2], static_cast<double>(tally.milliseconds.size()) / seconds, bench::quantile(tally.milliseconds, 0.5),
      bench::quantile(tally.milliseconds, 0.99), tally.milliseconds.size(), tally.failures);
  if (tally.failures > 0) std::fprintf(stderr, "first failure: %s\n", tally.first_failure.c_str());
  return tally.failures == 0 ? 0 : 1;
}
