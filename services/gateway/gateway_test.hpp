#pragma once

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <functional>

#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/telemetry/log.hpp"
#include "chassis/telemetry/metrics.hpp"
#include "chassis/testing/worlds.hpp"
#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/gateway/gateway.hpp"
#include "services/gateway/pages.hpp"

namespace kontor::gateway {

using google::protobuf::Message;
using http::Header;

constexpr std::string_view kJson = "application/json";

/// Serves any rows of any contracts: notes what it was called with and answers what the test says.
class FakeShop final : public rpc::Service {
 public:
  void serve(std::span<const rpc::Method> table) {
    for (rpc::Method method : table) {
      method.invoke = [](rpc::Service& service, rpc::Context context, rpc::MessagePtr taken) {
        return static_cast<FakeShop&>(service).run(std::move(context), std::move(taken));
      };
      rows.push_back(method);
    }
  }
  std::span<const rpc::Method> methods() const override { return rows; }

  std::vector<rpc::Method> rows;
  std::vector<rpc::Context> contexts;
  rpc::MessagePtr request;
  /// Empty: an empty message of the method's type.
  std::function<rpc::MessagePtr()> answer;

 private:
  task<rpc::MessagePtr> run(rpc::Context context, rpc::MessagePtr taken) {
    contexts.push_back(std::move(context));
    request = std::move(taken);
    if (answer) co_return answer();
    const std::string type = request->GetDescriptor()->full_name();
    for (const rpc::Method& row : rows) {
      if (row.request->full_name == type) co_return row.response->create();
    }
    throw Error(Code::kInternal, "no row takes " + type);
  }
};

/// Knows three tokens.
class FakeAuthenticator final : public Authenticator {
 public:
  task<std::optional<rpc::Principal>> authenticate(rpc::Context, std::string token) override {
    rpc::Principal principal;
    principal.id = token;
    if (token == "customer") {
      principal.kind = rpc::Principal::Kind::kCustomer;
    } else if (token == "clerk" || token == "owner") {
      principal.kind = rpc::Principal::Kind::kStaff;
      principal.permissions = {token == "owner" ? "*" : "order:read"};
    } else {
      co_return std::nullopt;
    }
    co_return principal;
  }
};

class Silent final : public telemetry::LogSink {
 public:
  void write(std::string_view line) noexcept override { text.append(line); }
  std::string text;
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    shop_->serve(cart::v1::Carts::table());
    shop_->serve(catalog::v1::Catalog::table());
    shop_->serve(order::v1::Orders::table());
    shop_->serve(payment::v1::Payments::table());
    shop_->serve(user::v1::Users::table());
    open({});
  }

  void open(GatewayOptions options) {
    options.loops = 2;
    options.cache_bytes = 1 << 20;
    gateway_ = std::make_unique<Gateway>(world_->environment(), log_, metrics_, freshness_,
                                         std::make_unique<FakeAuthenticator>(), std::move(options));
    for (auto& route : routesOf({Contract{shop_->rows, shop_}}, ::testing::TempDir())) gateway_->add(std::move(route));
    for (auto& route : pageRoutes("1.2.3", {folder_})) gateway_->add(std::move(route));
  }

  /// Passes a request through both steps of the handler, as the server does.
  http::Response send(http::Request request) {
    http::Response response;
    auto body = [](Gateway& gateway, http::Request asked, http::Response& into) -> task<void> {
      http::BodyPolicy policy = gateway.head(asked.head());
      if (policy.answer) {
        into = std::move(*policy.answer);
        co_return;
      }
      asked.tag = policy.tag;
      task<http::Response> handling = gateway.handle(std::move(asked));
      into = co_await handling;
    };
    world_->run(body(*gateway_, std::move(request), response));
    return response;
  }
  http::Response send(std::string_view verb, std::string_view target, std::vector<Header> headers = {},
                      std::string body = {}) {
    if (!body.empty()) headers.push_back({"Content-Type", kJson});
    return send(http::Request(verb, target, std::move(headers), std::move(body)));
  }

  template <class Request>
  const Request& asked() const {
    return dynamic_cast<const Request&>(*shop_->request);
  }
  const rpc::Context& context() const { return shop_->contexts.back(); }

  const std::string folder_ = ::testing::TempDir() + "kontor-gateway-media";
  std::unique_ptr<kontor::testing::World> world_ = kontor::testing::simulatedWorld(1);
  std::shared_ptr<Silent> sink_ = std::make_shared<Silent>();
  telemetry::Log log_{{}, sink_, world_->environment().clock()};
  telemetry::Metrics metrics_;
  app::Freshness freshness_;
  std::shared_ptr<FakeShop> shop_ = std::make_shared<FakeShop>();
  std::unique_ptr<Gateway> gateway_;
};

/// The text of a member of a problem.
inline std::string member(const http::Response& response, std::string_view name) {
  const json::Document document = json::Document::parse(response.text());
  json::ObjectCursor at(document.root());
  while (at.next()) {
    if (at.key() == name && at.value().type() == json::Value::Type::kString) return std::string(at.value().string());
  }
  return {};
}

inline bool names(const http::Response& response, std::string_view text) {
  return response.text().find(text) != std::string_view::npos;
}

}  // namespace kontor::gateway
