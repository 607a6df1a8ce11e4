#include "services/cart/domain.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "money/money.hpp"

namespace kontor::cart {
namespace {

using money::Currency;
using money::Money;

constexpr std::array<std::string_view, 4> kStateNames = {"active", "checking_out", "completed", "expired"};

std::int64_t taxOf(const Money& amount, std::int64_t ppm, bool included) {
  return included ? taxIncluded(amount, ppm).amount : taxOn(amount, ppm).amount;
}

void priceLine(Line& line, const Money& discount, bool tax_included) {
  const Money subtotal(line.subtotal, discount.currency);
  const Money paid = subtotal - discount;
  line.discount = discount.amount;
  line.tax = taxOf(paid, line.tax_ppm, tax_included);
  line.total = tax_included ? paid.amount : (paid + Money(line.tax, discount.currency)).amount;
}

void priceLines(Cart& cart, const Money& discount, Money& subtotal) {
  std::vector<std::int64_t> weights;
  for (Line& line : cart.lines) {
    const Money amount = Money(line.unit_price, discount.currency) * line.quantity;
    line.subtotal = amount.amount;
    weights.push_back(line.subtotal);
    subtotal += amount;
  }
  KONTOR_ASSERT(discount.amount >= 0 && discount <= subtotal, "a discount is part of what it is given on");
  if (cart.lines.empty()) return;
  const std::vector<Money> shares = split(discount, weights);
  for (std::size_t i = 0; i < shares.size(); ++i) priceLine(cart.lines[i], shares[i], cart.tax_included);
}

std::int64_t highestRate(const Cart& cart) {
  std::int64_t ppm = 0;
  for (const Line& line : cart.lines) ppm = std::max(ppm, line.tax_ppm);
  return ppm;
}

void take(Line& line, const Quote& quote) {
  line.variant_id = quote.variant_id();
  line.product_id = quote.product_id();
  line.title = quote.product_title();
  line.variant_title = quote.variant_title();
  line.handle = quote.handle();
  line.media_url = quote.media_url();
  line.requires_shipping = quote.requires_shipping();
  line.unit_price = quote.price().amount();
  line.tax_ppm = quote.tax_ppm();
}

void requireQuantity(std::int64_t quantity) {
  if (quantity > kQuantityMax)
    throw invalidField(
        "quantity", "OUT_OF_RANGE",
        "the line would have " + std::to_string(quantity) + " units, the most is " + std::to_string(kQuantityMax));
}

}  // namespace

std::string_view stateName(State state) { return kStateNames.at(static_cast<std::size_t>(state)); }

State stateNamed(std::string_view name) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), name);
  KONTOR_ASSERT(found != kStateNames.end(), "a cart is in an unknown state");
  return static_cast<State>(found - kStateNames.begin());
}

void requireOpen(const Cart& cart, Time now) {
  if (cart.state == State::kCheckingOut) throw Held{cart.checkout};
  if (cart.state == State::kActive && now < cart.expires_at) return;
  const std::string_view why = cart.state == State::kCompleted ? "has become an order" : "has expired";
  throw Error(Code::kFailedPrecondition, "CART_CLOSED", "the cart " + std::string(why) + "; open a new one")
      .withStatus(409);
}

void price(Cart& cart, std::int64_t discount) {
  try {
    const Currency currency = Currency::of(cart.currency);
    const Money off(discount, currency);
    Money subtotal = Money::zero(currency);
    priceLines(cart, off, subtotal);
    Money total = Money::zero(currency);
    Money tax = Money::zero(currency);
    for (const Line& line : cart.lines) {
      total += Money(line.total, currency);
      tax += Money(line.tax, currency);
    }
    const bool ships = cart.shipping && !cart.lines.empty();
    const Money shipping(ships ? cart.shipping->price : 0, currency);
    const Money shipping_tax(taxOf(shipping, highestRate(cart), cart.tax_included), currency);
    total += shipping;
    if (!cart.tax_included) total += shipping_tax;
    tax += shipping_tax;
    cart.totals = {subtotal.amount, off.amount, shipping.amount, shipping_tax.amount, tax.amount, total.amount};
  } catch (const std::overflow_error&) {
    throw invalidField("quantity", "OUT_OF_RANGE", "the cart's total would exceed the largest amount; order less");
  }
}

void addLine(Cart& cart, const Quote& quote, std::int64_t quantity, Metadata metadata, std::string line_id,
             std::size_t lines_max) {
  KONTOR_ASSERT(quantity > 0, "the contract lets no fewer than one unit be added");
  KONTOR_ASSERT(quote.price().currency() == cart.currency, "the catalogue answered in another currency");
  Line* same = nullptr;
  for (Line& line : cart.lines) {
    if (line.sku != quote.sku()) continue;
    take(line, quote);
    if (line.metadata == metadata) same = &line;
  }
  if (same) {
    requireQuantity(same->quantity + quantity);
    same->quantity += quantity;
    return;
  }
  requireQuantity(quantity);
  if (cart.lines.size() >= lines_max)
    throw invalidField("lines", "TOO_MANY_ITEMS", "a cart has at most " + std::to_string(lines_max) + " lines");
  Line line;
  line.id = std::move(line_id);
  line.position = cart.lines.empty() ? 1 : cart.lines.back().position + 1;
  line.sku = quote.sku();
  line.quantity = quantity;
  line.metadata = std::move(metadata);
  take(line, quote);
  cart.lines.push_back(std::move(line));
}

void setQuantity(Cart& cart, const std::string& line_id, std::int64_t quantity) {
  const auto found =
      std::find_if(cart.lines.begin(), cart.lines.end(), [&](const Line& line) { return line.id == line_id; });
  if (found == cart.lines.end()) throw notFound("line", line_id);
  requireQuantity(quantity);
  if (quantity == 0) {
    cart.lines.erase(found);
  } else {
    found->quantity = quantity;
  }
}

std::vector<std::string> reprice(Cart& cart, const std::vector<Quote>& quotes) {
  std::map<std::string_view, const Quote*> by_sku;
  for (const Quote& quote : quotes) by_sku[quote.sku()] = &quote;
  std::vector<std::string> gone;
  std::vector<Line> kept;
  for (Line& line : cart.lines) {
    const auto found = by_sku.find(line.sku);
    if (found == by_sku.end()) {
      gone.push_back(line.sku);
      continue;
    }
    take(line, *found->second);
    kept.push_back(std::move(line));
  }
  cart.lines = std::move(kept);
  return gone;
}

std::vector<std::string> skusOf(const Cart& cart) {
  std::set<std::string> skus;
  for (const Line& line : cart.lines) skus.insert(line.sku);
  return {skus.begin(), skus.end()};
}

void requireComplete(const Cart& cart) {
  std::vector<FieldError> missing;
  const auto require = [&missing](bool there, std::string path, std::string detail) {
    if (!there) missing.push_back({std::move(path), "REQUIRED", std::move(detail)});
  };
  require(!cart.lines.empty(), "lines", "the cart is empty: add what is to be bought");
  require(!cart.email.empty(), "email", "set the buyer's e-mail by PATCH of the cart");
  require(cart.shipping_address.has_value(), "shippingAddress", "set it by PATCH of the cart");
  require(cart.shipping.has_value(), "shipping", "pick one of the cart's shipping options by PUT …/shipping");
  if (missing.empty()) return;
  throw Error(Code::kInvalidArgument, "the cart cannot be paid yet: something is missing").withFields(missing);
}

void requireEmail(std::string_view email) {
  const std::size_t at = email.find('@');
  const bool parted = at != std::string_view::npos && at > 0 && email.find('@', at + 1) == std::string_view::npos;
  const std::string_view domain = parted ? email.substr(at + 1) : std::string_view();
  const std::size_t dot = domain.rfind('.');
  const bool dotted = dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() && domain.front() != '.';
  const bool plain = std::none_of(email.begin(), email.end(), [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code <= ' ' || code == 0x7F || letter == ',' || letter == ';' || letter == '<' || letter == '>';
  });
  if (parted && dotted && plain && email.size() <= 254) return;
  throw invalidField("email", "INVALID_EMAIL", "expected an e-mail address like name@example.com");
}

void requireCountry(const Address& address, const std::string& path, const Region* region) {
  const std::string& country = address.country();
  const bool written =
      country.size() == 2 && std::all_of(country.begin(), country.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!written)
    throw invalidField(path + ".country", "INVALID_COUNTRY",
                       "\"" + country + "\" is no country: write two capital letters (ISO 3166-1), for example DE");
  if (!region) return;
  if (std::find(region->countries.begin(), region->countries.end(), country) != region->countries.end()) return;
  throw invalidField(path + ".country", "COUNTRY_NOT_SERVED",
                     "the shop does not deliver to " + country + " in the region \"" + region->id + "\"");
}

}  // namespace kontor::cart
