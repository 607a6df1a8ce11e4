#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"
#include "kontor/catalog/v1/catalog.pb.h"
#include "kontor/type/v1/address.pb.h"

namespace kontor::cart {

using Metadata = std::map<std::string, std::string>;
/// What the catalogue says of a sku now.
using Quote = catalog::v1::VariantQuote;
using Address = type::v1::Address;

/// Most units of one line.
inline constexpr std::int64_t kQuantityMax = 1'000'000;

enum class State : std::uint8_t { kActive, kCheckingOut, kCompleted, kExpired };
std::string_view stateName(State state);
/// Asserts that `name` is one of ours.
State stateNamed(std::string_view name);

/// A line. Amounts are minor units of the cart's currency; those from `subtotal` on are computed by `price`.
struct Line {
  std::string id;
  std::int64_t position = 0;  // lines are shown in this order
  std::string sku;
  std::string variant_id;
  std::string product_id;
  std::string title;
  std::string variant_title;
  std::string handle;
  std::string media_url;
  bool requires_shipping = true;
  std::int64_t quantity = 0;
  std::int64_t unit_price = 0;
  std::int64_t tax_ppm = 0;
  std::int64_t subtotal = 0;
  std::int64_t discount = 0;
  std::int64_t tax = 0;
  std::int64_t total = 0;
  Metadata metadata;

  bool operator==(const Line&) const = default;
};

/// A way of sending, as it was offered when it was picked.
struct Shipping {
  std::string option;
  std::string name;
  std::int64_t price = 0;

  bool operator==(const Shipping&) const = default;
};

/// What the cart last showed. `tax` holds that of the lines and of the shipping.
struct Totals {
  std::int64_t subtotal = 0;
  std::int64_t discount = 0;
  std::int64_t shipping = 0;
  std::int64_t shipping_tax = 0;
  std::int64_t tax = 0;
  std::int64_t total = 0;

  bool operator==(const Totals&) const = default;
};

struct Cart {
  std::string id_hash;  // of its secret id
  State state = State::kActive;
  std::int64_t version = 1;
  std::string currency;
  std::string region;
  std::string country;  // whose taxes are shown
  bool tax_included = true;
  std::string email;
  std::optional<Address> shipping_address;
  std::optional<Address> billing_address;
  std::vector<Line> lines;
  std::optional<Shipping> shipping;
  Totals totals;
  std::string checkout;  // that holds it, or made an order of it
  std::optional<Time> locked_at;
  Metadata metadata;
  Time created_at{};
  Time updated_at{};
  Time expires_at{};
};

/// Where the shop sells to.
struct Region {
  std::string id;
  std::string name;
  std::string currency;
  std::vector<std::string> countries;
  std::string country;
  bool tax_included = true;
};

/// What the shop offers, from its settings.
struct Terms {
  Region region;
  std::vector<Shipping> shipping;
  std::vector<std::string> payment_methods;
  std::size_t lines_max = 200;
  Duration lifetime{};
};

/// Thrown by `requireOpen`: the cart is held by this checkout, which must be given up before the cart can change.
struct Held {
  std::string checkout;
};
/// Throws 409 CART_CLOSED for a completed or expired cart, Held for one that is being checked out.
void requireOpen(const Cart& cart, Time now);

/// Computes every line and the totals anew, exactly.
///
/// A line's tax is rounded half up once, for the whole line after its discount. `discount` on the whole cart is split
/// over the lines by largest remainder. Shipping is taxed at the highest rate among the lines, since it serves them;
/// where prices include tax, so does the shipping price. An empty cart ships for nothing. Then
/// total = subtotal - discount + shipping (+ tax where prices are without it), and the lines' totals add up to it.
/// Throws INVALID_ARGUMENT on "quantity" when an amount would exceed all bounds; asserts 0 <= discount <= subtotal.
void price(Cart& cart, std::int64_t discount = 0);

/// Adds units; a line of the same sku and metadata takes them. Every line of the sku takes the quoted price. Throws
/// INVALID_ARGUMENT on "quantity" or "lines" beyond the bounds. Follow with `price`.
void addLine(Cart& cart, const Quote& quote, std::int64_t quantity, Metadata metadata, std::string line_id,
             std::size_t lines_max);
/// Sets a line's quantity; 0 removes it. Throws NOT_FOUND for a line that the cart does not have.
void setQuantity(Cart& cart, const std::string& line_id, std::int64_t quantity);
/// Takes prices, titles and tax rates of the quotes; drops lines that are not among them (no longer on sale) and
/// returns their skus.
std::vector<std::string> reprice(Cart& cart, const std::vector<Quote>& quotes);
/// Each sku of the cart once, sorted.
std::vector<std::string> skusOf(const Cart& cart);

/// Throws INVALID_ARGUMENT with all that is missing before the cart can be paid: lines, e-mail, address, shipping.
void requireComplete(const Cart& cart);
/// Throws INVALID_ARGUMENT on "email" unless it looks like an address that mail can be sent to.
void requireEmail(std::string_view email);
/// Throws INVALID_ARGUMENT on `path`.country unless it is written as ISO 3166-1 alpha-2, and, for a region, lies in it.
void requireCountry(const Address& address, const std::string& path, const Region* region);

}  // namespace kontor::cart
