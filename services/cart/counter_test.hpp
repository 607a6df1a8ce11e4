#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/rpc/channel.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "chassis/testing/test_host.hpp"
#include "chassis/testing/worlds.hpp"
#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "services/cart/module.hpp"

namespace kontor::cart {

/// The catalogue and the order service as a cart sees them: prices in a table, and what becomes of a checkout that is
/// to be released.
class Neighbours final : public rpc::Channel {
 public:
  task<rpc::MessagePtr> call(const rpc::Method& method, rpc::Context, rpc::MessagePtr request) override {
    if (method.name == "QuoteVariants") {
      rpc::MessagePtr answer = quote(static_cast<const catalog::v1::QuoteVariantsRequest&>(*request));
      if (after_quote) {
        task<void> work = after_quote();
        co_await work;
      }
      co_return answer;
    }
    KONTOR_ASSERT(method.name == "ReleaseCheckout", "a cart calls nothing else");
    const auto& wanted = static_cast<const order::v1::ReleaseCheckoutRequest&>(*request);
    released.push_back(wanted.checkout_id());
    task<void> work = release(wanted.checkout_id());
    co_await work;
    co_return std::make_unique<order::v1::ReleaseCheckoutResponse>();
  }

  struct Offer {
    std::int64_t price = 0;
    bool requires_shipping = true;
  };
  std::map<std::string, Offer> offers = {{"shirt", {1'999}}, {"cap", {1'250}}, {"mug", {799}}};
  std::map<std::string, std::int64_t> tax_ppm = {{"DE", 190'000}, {"FR", 200'000}};
  std::function<task<void>(std::string checkout)> release;
  std::function<task<void>()> after_quote;
  std::vector<std::string> released;
  int quoted = 0;

 private:
  rpc::MessagePtr quote(const catalog::v1::QuoteVariantsRequest& request) {
    const std::lock_guard lock(mutex_);
    ++quoted;
    auto answer = std::make_unique<catalog::v1::QuoteVariantsResponse>();
    for (const std::string& sku : request.skus()) {
      const auto offer = offers.find(sku);
      if (offer == offers.end()) continue;
      catalog::v1::VariantQuote& quote = *answer->add_quotes();
      quote.set_sku(sku);
      quote.set_variant_id("var_" + sku);
      quote.set_product_id("prod_" + sku);
      quote.set_product_title("The " + sku);
      quote.mutable_price()->set_amount(offer->second.price);
      quote.mutable_price()->set_currency(request.currency());
      quote.set_tax_ppm(tax_ppm.at(request.country()));
      quote.set_requires_shipping(offer->second.requires_shipping);
    }
    return answer;
  }

  std::mutex mutex_;
};

/// The cart service alone, on a SQLite file of its own, with real threads and its neighbours' stand-ins.
class Counter {
 public:
  explicit Counter(std::string yaml = "") : host_(world_->environment(), folder_.path(), std::move(yaml)) {
    host_.directory().route(catalog::v1::Catalog::kName, neighbours_);
    host_.directory().route(order::v1::Orders::kName, neighbours_);
    module_ = makeModule(host_);
    carts_ = host_.directory().client<v1::Carts>();
  }

  Neighbours& neighbours() { return *neighbours_; }
  v1::Carts& carts() { return *carts_; }
  app::Module& module() { return *module_; }
  testing::World& world() { return *world_; }
  store::SqlStore& database() { return *host_.stores.at("cart"); }

  /// Runs one call to its end.
  template <class T>
  T get(task<T> work) {
    std::optional<T> result;
    world_->run(keep(std::move(work), result));
    return std::move(*result);
  }

  static rpc::Context context() { return {}; }
  /// A call with an idempotency key, or with If-Match.
  static rpc::Context keyed(const std::string& key) {
    rpc::Context::Data data;
    data.idempotency = rpc::Idempotency{"anonymous POST", key, "body of " + key};
    return rpc::Context(std::move(data));
  }
  static rpc::Context matching(std::int64_t version) {
    rpc::Context::Data data;
    data.expected_version = version;
    return rpc::Context(std::move(data));
  }

  v1::Cart open() { return get(carts_->CreateCart(context(), v1::CreateCartRequest())); }
  v1::Cart read(const std::string& id) {
    v1::GetCartRequest request;
    request.set_cart_id(id);
    return get(carts_->GetCart(context(), std::move(request)));
  }
  static v1::AddLineRequest lineOf(const std::string& id, const std::string& sku, std::int64_t quantity = 1) {
    v1::AddLineRequest request;
    request.set_cart_id(id);
    request.set_sku(sku);
    request.set_quantity(quantity);
    return request;
  }
  v1::Cart add(const std::string& id, const std::string& sku, std::int64_t quantity = 1,
               const rpc::Context& with = context()) {
    return get(carts_->AddLine(with, lineOf(id, sku, quantity)));
  }
  v1::Cart setLine(const std::string& id, const std::string& line, std::int64_t quantity) {
    v1::UpdateLineRequest request;
    request.set_cart_id(id);
    request.set_line_id(line);
    request.set_quantity(quantity);
    return get(carts_->UpdateLine(context(), std::move(request)));
  }
  static v1::UpdateCartRequest addressed(const std::string& id, const std::string& country) {
    v1::UpdateCartRequest request;
    request.set_cart_id(id);
    request.set_email("ada@example.com");
    request.mutable_shipping_address()->set_name("Ada Lovelace");
    request.mutable_shipping_address()->set_line1("Lindenstr. 1");
    request.mutable_shipping_address()->set_city("Berlin");
    request.mutable_shipping_address()->set_country(country);
    return request;
  }
  v1::Cart update(v1::UpdateCartRequest request, const rpc::Context& with = context()) {
    return get(carts_->UpdateCart(with, std::move(request)));
  }
  v1::Cart ship(const std::string& id, const std::string& option = "standard") {
    v1::SetShippingRequest request;
    request.set_cart_id(id);
    request.set_option_id(option);
    return get(carts_->SetShipping(context(), std::move(request)));
  }
  /// A cart that lacks nothing: one shirt to Berlin.
  v1::Cart ready() {
    const std::string id = open().id();
    add(id, "shirt");
    update(addressed(id, "DE"));
    return ship(id);
  }
  static v1::LockRequest locking(const std::string& id, const std::string& checkout, const std::string& since = "") {
    v1::LockRequest request;
    request.set_cart_id(id);
    request.set_checkout_id(checkout);
    request.set_unchanged_since(since);
    return request;
  }
  v1::Cart lock(const std::string& id, const std::string& checkout, const std::string& since = "") {
    return get(carts_->Lock(context(), locking(id, checkout, since))).cart();
  }
  v1::Cart reopen(const std::string& id, const std::string& checkout) {
    v1::ReopenRequest request;
    request.set_cart_id(id);
    request.set_checkout_id(checkout);
    return get(carts_->Reopen(context(), std::move(request))).cart();
  }
  void close(const std::string& id, const std::string& checkout) {
    v1::CloseRequest request;
    request.set_cart_id(id);
    request.set_checkout_id(checkout);
    get(carts_->Close(context(), std::move(request)));
  }

  /// What breaks the invariants now.
  std::vector<std::string> violations() {
    type::v1::CheckInvariantsRequest request;
    *request.mutable_as_of() = toTimestamp(world_->environment().clock().now());
    const auto answer = get(carts_->CheckInvariants(context(), std::move(request)));
    std::vector<std::string> found;
    for (const auto& invariant : answer.invariants())
      for (const std::string& violation : invariant.violations()) found.push_back(violation);
    return found;
  }
  /// Changes the stored facts behind the service's back.
  std::int64_t edit(const std::string& sql) {
    auto body = [sql](store::Transaction& in) -> task<std::int64_t> {
      const std::int64_t changed = co_await in.execute(sql, store::Params());
      co_return changed;
    };
    return get(database().transact(context(), body));
  }
  store::Rows query(const std::string& sql) { return get(database().query(sql, store::Params())); }

 private:
  template <class T>
  static task<void> keep(task<T> work, std::optional<T>& into) {
    into.emplace(co_await work);
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::World> world_ = testing::realWorld(4);
  testing::TestHost host_;
  std::shared_ptr<Neighbours> neighbours_ = std::make_shared<Neighbours>();
  std::unique_ptr<app::Module> module_;
  std::shared_ptr<v1::Carts> carts_;
};

/// The reason that `call` was refused for, with the paths of its bad fields: "INVALID_ARGUMENT email".
inline std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    std::string text = error.reason();
    for (const FieldError& field : error.fields()) text += " " + field.path;
    return text;
  }
  return "no refusal";
}

}  // namespace kontor::cart
