#include "services/cart/handlers.hpp"

#include <algorithm>

#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/sql.hpp"
#include "services/cart/checkout.hpp"
#include "services/cart/editor.hpp"
#include "services/cart/invariants.hpp"
#include "services/cart/messages.hpp"

namespace kontor::cart {
namespace {

/// How many locks one answer to a checker holds; it asks again from the last one.
constexpr std::int64_t kCheckedAtOnce = 500;

// The edge has checked what came by REST; calls of other services come straight here.
template <class Request>
void requireValid(const Request& request) {
  json::Reader reader;
  validate(request, reader);
  reader.finish();
}

Cart newCart(const v1::CreateCartRequest& request, const Region& region) {
  if (!request.region().empty() && request.region() != region.id)
    throw invalidField("region", "UNKNOWN_REGION",
                       "\"" + request.region() + "\" is no region of this shop; there is \"" + region.id + "\"");
  if (!request.currency().empty() && request.currency() != region.currency)
    throw invalidField(
        "currency", "CURRENCY_NOT_SOLD",
        "the region \"" + region.id + "\" sells in " + region.currency + ", not in " + request.currency());
  Cart cart;
  cart.currency = region.currency;
  cart.region = region.id;
  cart.country = region.country;
  cart.tax_included = region.tax_included;
  cart.metadata = metadataOf(request.metadata());
  return cart;
}

task<v1::Cart> create(const Parts& parts, store::Transaction& in, Cart cart, std::string id) {
  cart.id_hash = parts.hashOf(id);
  cart.created_at = in.now();
  cart.updated_at = in.now();
  cart.expires_at = in.now() + parts.terms.lifetime;
  co_await parts.store->add(in, cart);
  co_return messageOf(cart, id);
}

const Quote& quoted(const std::vector<Quote>& quotes, const std::string& sku) {
  const auto found = std::find_if(quotes.begin(), quotes.end(), [&](const Quote& each) { return each.sku() == sku; });
  if (found != quotes.end()) return *found;
  throw Error(Code::kNotFound, "NOT_FOUND", "the sku \"" + sku + "\" is not on sale here")
      .withField({"sku", "NOT_ON_SALE", "no product on sale has this sku, or not in the cart's currency"});
}

void requireUpdate(const v1::UpdateCartRequest& request, const Region& region) {
  if (request.has_email()) requireEmail(request.email());
  if (request.has_shipping_address()) requireCountry(request.shipping_address(), "shippingAddress", &region);
  if (request.has_billing_address()) requireCountry(request.billing_address(), "billingAddress", nullptr);
}

}  // namespace

task<v1::Cart> Handlers::CreateCart(rpc::Context context, v1::CreateCartRequest request) {
  const Cart cart = newCart(request, parts_->terms.region);
  const std::string id = parts_->environment.newSecret("cart_");
  auto body = [parts = parts_, context, cart, id](store::Transaction& in) -> task<v1::Cart> {
    auto effect = [&]() { return create(*parts, in, cart, id); };
    // An empty cart is far smaller than the largest answer that is kept.
    auto reread = [&]() -> task<v1::Cart> {
      KONTOR_ASSERT(false, "a new cart's answer was too large to be kept");
      co_return v1::Cart();
    };
    co_return co_await store::answered<v1::Cart>(in, context, effect, reread);
  };
  co_return co_await parts_->database->transact(context, std::move(body));
}

task<v1::Cart> Handlers::GetCart(rpc::Context, v1::GetCartRequest request) {
  const Cart cart = co_await look(parts_, parts_->hashOf(request.cart_id()));
  co_return messageOf(cart, request.cart_id());
}

task<v1::Cart> Handlers::UpdateCart(rpc::Context context, v1::UpdateCartRequest request) {
  requireUpdate(request, parts_->terms.region);
  auto kept = std::make_shared<const v1::UpdateCartRequest>(std::move(request));
  Edit change;
  if (kept->has_shipping_address()) {
    // Another country has other taxes: all lines are priced anew.
    change.ask = [kept](const Cart& cart) {
      Question question = questionOf(cart);
      question.country = kept->shipping_address().country();
      return question.country == cart.country || cart.lines.empty() ? Question() : question;
    };
  }
  change.apply = [kept](Cart& cart, const std::vector<Quote>& quotes) {
    if (kept->has_email()) cart.email = kept->email();
    if (kept->has_billing_address()) cart.billing_address = kept->billing_address();
    if (!kept->has_shipping_address()) return;
    cart.shipping_address = kept->shipping_address();
    if (cart.country == kept->shipping_address().country()) return;
    cart.country = kept->shipping_address().country();
    reprice(cart, quotes);
  };
  co_return co_await edit(parts_, std::move(context), kept->cart_id(), std::move(change));
}

task<v1::Cart> Handlers::AddLine(rpc::Context context, v1::AddLineRequest request) {
  Metadata metadata = metadataOf(request.metadata());
  const std::int64_t quantity = request.has_quantity() ? request.quantity() : 1;
  if (quantity < 1) throw invalidField("quantity", "OUT_OF_RANGE", "add 1 unit or more");
  Edit change;
  change.ask = [sku = request.sku()](const Cart& cart) { return Question{{sku}, cart.currency, cart.country}; };
  change.apply = [sku = request.sku(), quantity, metadata = std::move(metadata),
                  line_id = parts_->environment.newId("line_"),
                  lines_max = parts_->terms.lines_max](Cart& cart, const std::vector<Quote>& quotes) {
    addLine(cart, quoted(quotes, sku), quantity, metadata, line_id, lines_max);
  };
  co_return co_await edit(parts_, std::move(context), request.cart_id(), std::move(change));
}

task<v1::Cart> Handlers::UpdateLine(rpc::Context context, v1::UpdateLineRequest request) {
  Edit change;
  change.apply = [line_id = request.line_id(), quantity = request.quantity()](Cart& cart, const std::vector<Quote>&) {
    setQuantity(cart, line_id, quantity);
  };
  co_return co_await edit(parts_, std::move(context), request.cart_id(), std::move(change));
}

task<v1::Cart> Handlers::RemoveLine(rpc::Context context, v1::RemoveLineRequest request) {
  Edit change;
  change.apply = [line_id = request.line_id()](Cart& cart, const std::vector<Quote>&) {
    setQuantity(cart, line_id, 0);
  };
  co_return co_await edit(parts_, std::move(context), request.cart_id(), std::move(change));
}

task<v1::ListShippingOptionsResponse> Handlers::ListShippingOptions(rpc::Context,
                                                                    v1::ListShippingOptionsRequest request) {
  const Cart cart = co_await look(parts_, parts_->hashOf(request.cart_id()));
  v1::ListShippingOptionsResponse response;
  for (const Shipping& option : parts_->terms.shipping)
    *response.add_shipping_options() = messageOf(option, cart.currency);
  co_return response;
}

task<v1::Cart> Handlers::SetShipping(rpc::Context context, v1::SetShippingRequest request) {
  const std::vector<Shipping>& offers = parts_->terms.shipping;
  const auto found = std::find_if(offers.begin(), offers.end(),
                                  [&](const Shipping& offer) { return offer.option == request.option_id(); });
  if (found == offers.end())
    throw invalidField("optionId", "UNKNOWN_OPTION",
                       "\"" + request.option_id() + "\" is none of this cart's shipping options; list them first");
  Edit change;
  change.apply = [picked = *found](Cart& cart, const std::vector<Quote>&) { cart.shipping = picked; };
  co_return co_await edit(parts_, std::move(context), request.cart_id(), std::move(change));
}

task<v1::ListPaymentMethodsResponse> Handlers::ListPaymentMethods(rpc::Context, v1::ListPaymentMethodsRequest request) {
  co_await look(parts_, parts_->hashOf(request.cart_id()));
  v1::ListPaymentMethodsResponse response;
  for (const std::string& provider : parts_->terms.payment_methods) {
    v1::PaymentMethod& method = *response.add_payment_methods();
    method.set_provider(provider);
    method.set_name(provider);
  }
  co_return response;
}

task<v1::ListRegionsResponse> Handlers::ListRegions(rpc::Context, v1::ListRegionsRequest) {
  v1::ListRegionsResponse response;
  *response.add_regions() = messageOf(parts_->terms.region);
  co_return response;
}

task<v1::LockResponse> Handlers::Lock(rpc::Context context, v1::LockRequest request) {
  requireValid(request);
  return lock(parts_, std::move(context), std::move(request));
}

task<v1::ReopenResponse> Handlers::Reopen(rpc::Context context, v1::ReopenRequest request) {
  requireValid(request);
  return reopen(parts_, std::move(context), std::move(request));
}

task<v1::CloseResponse> Handlers::Close(rpc::Context context, v1::CloseRequest request) {
  requireValid(request);
  return close(parts_, std::move(context), std::move(request));
}

task<v1::GetLocksResponse> Handlers::GetLocks(rpc::Context, v1::GetLocksRequest request) {
  v1::GetLocksResponse response;
  if (request.checkout_ids().empty() && !request.has_locked_before()) co_return response;
  auto read = [store = parts_->store, request](store::Statements& in) {
    if (request.checkout_ids().empty())
      return store->locksBefore(in, timeOf(request.locked_before()), request.completed(), request.after(),
                                kCheckedAtOnce);
    return store->locksOf(in, {request.checkout_ids().begin(), request.checkout_ids().end()});
  };
  const std::vector<CheckoutState> states = co_await parts_->database->snapshot(std::move(read));
  for (const CheckoutState& each : states) {
    v1::CartLock& lock = *response.add_locks();
    lock.set_checkout_id(each.checkout);
    lock.set_state(messageOf(each.state));
  }
  co_return response;
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  return checkInvariants(parts_, toTime(request.as_of()));
}

}  // namespace kontor::cart
