#include "services/cart/parts.hpp"

#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"

namespace kontor::cart {
namespace {

// The id is a secret: no message repeats it.
Error unknownCart() {
  return Error(Code::kNotFound, "NOT_FOUND", "there is no cart with this id: it never existed, or the id is cut short");
}

}  // namespace

std::string Parts::hashOf(const std::string& cart_id) const { return sealer.lookup(cart_id, "cart.id"); }

task<std::vector<Quote>> quote(std::shared_ptr<const Parts> parts, rpc::Context context, Question question) {
  std::vector<Quote> quotes;
  if (question.skus.empty()) co_return quotes;
  catalog::v1::QuoteVariantsRequest request;
  for (std::string& sku : question.skus) request.add_skus(std::move(sku));
  request.set_currency(std::move(question.currency));
  request.set_country(std::move(question.country));
  rpc::Context own = context.asService("cart");
  catalog::v1::QuoteVariantsResponse answer =
      co_await parts->catalog->QuoteVariants(std::move(own), std::move(request));
  for (Quote& each : *answer.mutable_quotes()) quotes.push_back(std::move(each));
  co_return quotes;
}

Question questionOf(const Cart& cart) { return {skusOf(cart), cart.currency, cart.country}; }

task<Cart> look(std::shared_ptr<const Parts> parts, std::string id_hash) {
  std::optional<Cart> cart = co_await parts->store->find(*parts->database, std::move(id_hash));
  if (!cart) throw unknownCart();
  co_return std::move(*cart);
}

task<Cart> take(const Parts& parts, store::Transaction& in, std::string id_hash) {
  std::optional<Cart> cart = co_await parts.store->find(in, std::move(id_hash));
  if (!cart) throw unknownCart();
  co_return std::move(*cart);
}

}  // namespace kontor::cart
