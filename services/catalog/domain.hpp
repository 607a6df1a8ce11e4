#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chassis/base/time.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"

namespace kontor::catalog {

// The product of the contract is the product of this service: one document, stored as it is shown. `available` is never
// part of it.

/// Variants of this class are never taxed.
inline constexpr std::string_view kTaxExempt = "exempt";
inline constexpr std::string_view kTaxStandard = "standard";

struct Price {
  std::int64_t amount = 0;  // minor units
  std::optional<std::int64_t> compare_at;
};
/// Prices in one currency, by variant id.
using PriceList = std::unordered_map<std::string, Price>;

/// "active", "draft", "archived". Asserts that a status is meant.
std::string_view statusName(v1::Product::Status status);
/// Asserts that `name` is one of ours.
v1::Product::Status statusNamed(std::string_view name);

/// "M / Dark red"; empty for a variant of a product without options.
std::string variantTitle(const v1::Variant& variant);
/// The product's first picture; empty when it has none.
std::string pictureOf(const v1::Product& product);

void setTime(google::protobuf::Timestamp& timestamp, Time time);
void setPrice(v1::Variant& variant, const Price& price, std::string_view currency);
/// The variant's price as its document has it.
Price priceOf(const v1::Variant& variant);

/// Whether every variant's price in the document is in `currency`.
bool pricedIn(const v1::Product& product, std::string_view currency);
/// Puts the prices of another currency into the document; variants without one are left out.
void showPrices(v1::Product& product, const PriceList& prices, std::string_view currency);

/// Applies what an owner sent; false when nothing differs. Throws INVALID_ARGUMENT on an empty title.
bool applyUpdate(v1::Product& product, const v1::UpdateProductRequest& request);
/// Counts a change made at `now`: version and time.
void touch(v1::Product& product, Time now);

/// The bytes to store: equal messages have equal bytes.
std::string serialised(const google::protobuf::Message& message);

/// `currency`, or `otherwise` when it is empty. Throws INVALID_ARGUMENT on "currency" when ISO 4217 does not know it.
std::string currencyOr(const std::string& currency, const std::string& otherwise);

/// The taxes due by country of delivery and tax class, in parts per million.
class TaxRates {
 public:
  /// Keys are "DE" or "DE/reduced". Throws INVALID_ARGUMENT / "BAD_CONFIGURATION" on others, and on rates beyond 0 to
  /// 100 %.
  explicit TaxRates(std::map<std::string, std::int64_t> rates);

  /// The class's own rate, else the country's, else 0; exempt goods are always free.
  std::int64_t ppm(std::string_view country, std::string_view tax_class) const;

 private:
  std::map<std::string, std::int64_t, std::less<>> rates_;
};

}  // namespace kontor::catalog
